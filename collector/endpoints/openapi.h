#pragma once

#include <string_view>

namespace countersign::endpoints {

/// The OpenAPI 3.1 description of everything that the collector answers (openapi.json).
extern const std::string_view kOpenApi;

}  // namespace countersign::endpoints
