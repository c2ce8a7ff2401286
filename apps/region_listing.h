#pragma once

#include "apps/config.h"

#include <boost/json/object.hpp>

namespace countersign::apps {

/// Where a region that is kept here lies, on what, and whether it was made.
boost::json::object region_document(const Config& config, const base::RegionId& region);

}  // namespace countersign::apps
