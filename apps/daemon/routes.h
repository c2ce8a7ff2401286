#pragma once

#include "apps/config.h"
#include "collector/http/server.h"
#include "collector/ingest/service.h"
#include "ledger/base/metrics.h"

#include <functional>

namespace countersign::apps {

/// What the daemon's listener answers:
///   POST /v1/events           events of a source
///   POST /v1/hooks/{source}   webhooks of a provider; GET for its handshake
///   POST /v1/logs                   OTLP
///   POST /services/collector/event  Splunk HEC, also without /event; GET …/health
///   GET  /healthz             200 while the process runs
///   GET  /readyz              200 while events can be taken, else 503
///   GET  /metrics             Prometheus text, to loopback only
/// Everything passed in outlives the handler.
http::Handler make_handler(ingest::IngestService& service, base::Metrics& metrics,
                           std::function<bool()> ready);

http::Limits http_limits(const Config::Limits& limits);
ingest::IngestLimits ingest_limits(const Config::Limits& limits);

}  // namespace countersign::apps
