#pragma once

#include "collector/http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace countersign::endpoints {

/// The value of the first parameter of that name in a request's query, decoded; empty where there is none, or
/// the query is none.
std::optional<std::string> query_value(const http::RequestHead& head, std::string_view name);

}  // namespace countersign::endpoints
