#pragma once

// The character classes of RFC 9110 section 5 that both directions of a message are checked against.

#include <algorithm>
#include <string_view>

namespace countersign::http {

/// A character of a token (RFC 9110 section 5.6.2): method and field names are made of these.
constexpr bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

inline bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// A byte that may stand in a field value: visible, space, tab, or above ASCII.
constexpr bool is_field_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

inline bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_field_char);
}

}  // namespace countersign::http
