#pragma once

#include "apps/config.h"
#include "collector/http/server.h"
#include "collector/ingest/service.h"

namespace countersign::apps {

/// What the parts of the listener are told of the configuration.
http::Limits http_limits(const Config::Limits& limits);
ingest::IngestLimits ingest_limits(const Config::Limits& limits);

}  // namespace countersign::apps
