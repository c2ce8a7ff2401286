#pragma once

#include <string>
#include <string_view>

/// Content-Type fields (RFC 9110 section 8.3.1).
namespace countersign::protocols {

/// Type and subtype in lower case, without parameters and white space; empty where there is none.
std::string media_type_of(std::string_view content_type);

/// Whether the charset is UTF-8 or is not named.
bool has_utf8_charset(std::string_view content_type);

/// Whether the type is */json or */*+json, or there is none, which CloudEvents reads as JSON.
bool is_json_type(std::string_view content_type);

}  // namespace countersign::protocols
