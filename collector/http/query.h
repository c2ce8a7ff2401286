#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::http {

/// Percent-encoding of everything but the unreserved characters of RFC 3986 section 2.3.
std::string encode_component(std::string_view text);

using Parameter = std::pair<std::string_view, std::string_view>;

/// `name=value&…` in the order given, each encoded: a query, or a body of application/x-www-form-urlencoded.
/// A parameter without a value is left out.
std::string encode_query(std::initializer_list<Parameter> parameters);

}  // namespace countersign::http
