#pragma once

#include "collector/ingest/registry.h"

#include <boost/json/object.hpp>

#include <vector>

namespace countersign::apps {

/// What every region's system log says of a source: `source.added`, and `source.revoked`. Who did it is named
/// where a tenant of the source had been in the region until then, or it is for all tenants. The ids and what
/// they say are the same each time, so an event is recorded once.
std::vector<boost::json::object> source_events(const ingest::Source& source, const ingest::Registry& registry,
                                               const base::RegionId& region);

}  // namespace countersign::apps
