#pragma once

#include "reports/findings/finding.h"

#include <boost/json/object.hpp>

#include <string_view>

namespace countersign::findings {

/// A finding as the API and the command line show it; docs/api.md describes it. Of answers the last 20.
boost::json::object to_document(const Finding& finding, std::string_view tenant);

}  // namespace countersign::findings
