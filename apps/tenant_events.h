#pragma once

#include "collector/ingest/registry.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

/// What a region's system log says of a tenant: `tenant.added` where it was pinned to the region first, and
/// `tenant.moved` for each move that begins or ends there. The ids are the same each time, so an event is
/// recorded once. exporters/verify/residency.h reads them.
std::vector<boost::json::object> tenant_events(const ingest::Tenant& tenant, const base::RegionId& region);

/// The id of a tenant's move. It holds the time, so that a move after an older registry was put back is one
/// of its own.
std::string move_event_id(const base::TenantId& tenant, const ingest::Move& move);

}  // namespace countersign::apps
