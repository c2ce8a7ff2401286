#pragma once

#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace countersign::scim {

/// What the service says of itself (RFC 7644 section 4). `base_url` is the address below which the endpoints
/// are, without a final slash. Thread-safe.

/// ServiceProviderConfig (RFC 7643 section 5).
boost::json::object service_provider_config(std::string_view base_url);

/// All ResourceTypes (RFC 7643 section 6), all Schemas (section 7).
std::vector<boost::json::object> resource_types(std::string_view base_url);
std::vector<boost::json::object> schemas(std::string_view base_url);

}  // namespace countersign::scim
