#pragma once

#include "collector/ingest/source.h"

#include <boost/json/object.hpp>

#include <vector>

namespace countersign::apps {

/// What every region's system log says of a source: `source.added`, and `source.revoked`. The ids and what
/// they say are the same each time, so an event is recorded once.
std::vector<boost::json::object> source_events(const ingest::Source& source);

}  // namespace countersign::apps
