#pragma once

#include "collector/ingest/registry.h"

#include <boost/json/object.hpp>

#include <vector>

namespace countersign::apps {

/// What a region's system log says of an operator: `operator.added`, with those of the tenants that were
/// pinned to the region when the operator was made; one more for each tenant that moved to the region later;
/// and `operator.revoked`. Of other regions' tenants nothing is said. The ids and what they say are the same
/// each time, so an event is recorded once.
std::vector<boost::json::object> operator_events(const ingest::Operator& one,
                                                 const ingest::Registry& registry,
                                                 const base::RegionId& region);

}  // namespace countersign::apps
