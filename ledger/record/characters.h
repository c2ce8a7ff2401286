#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace countersign::record {

/// How many characters a text of UTF-8 has.
inline std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

/// Whether it has one of U+0000 to U+001F or U+007F.
inline bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace countersign::record
