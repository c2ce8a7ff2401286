#pragma once

#include "collector/http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace countersign::endpoints {

/// The value of the first parameter of that name in a request's query, decoded; empty where there is none, or
/// the query is none.
std::optional<std::string> query_value(const http::RequestHead& head, std::string_view name);

/// All parameters of a request's query, decoded as those of a form (a `+` stands for a space), in their
/// order; empty where the query is none.
std::optional<http::Fields> query_fields(const http::RequestHead& head);

}  // namespace countersign::endpoints
