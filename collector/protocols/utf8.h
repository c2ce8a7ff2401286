#pragma once

#include <cstddef>
#include <string_view>

namespace countersign::protocols {

/// The byte at which a text stops to be UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above
/// U+10FFFF), or npos where all of it is.
std::size_t find_not_utf8(std::string_view text);

inline bool is_utf8(std::string_view text) { return find_not_utf8(text) == std::string_view::npos; }

/// Whether a UTF-8 text holds a control character: U+0000 to U+001F, U+007F to U+009F.
bool has_control(std::string_view text);

}  // namespace countersign::protocols
