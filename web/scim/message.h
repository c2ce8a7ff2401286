#pragma once

#include "web/scim/refusal.h"

#include <boost/json/object.hpp>

#include <string_view>

namespace countersign::scim {

inline constexpr std::size_t kBodyBytesMax = 2 * 1024 * 1024;

/// The JSON document of a request's body. Errors: status 413 for one that is too large; invalidSyntax for
/// what is no JSON (RFC 8259), is nested too deeply, or has a member twice.
Outcome<boost::json::value> read_body(std::string_view body);

/// The member in whatever case its name is written, or null; valid as long as the message.
const boost::json::value* member_of(const boost::json::object& message, std::string_view name);

/// Whether it is an object whose `schemas` name `urn` (RFC 7643 section 3).
bool is_message(const boost::json::value& message, std::string_view urn);

}  // namespace countersign::scim
