#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::sheets {

/// Whether all of it is UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

/// How many units of UTF-16 a text of UTF-8 takes: characters as Excel counts them.
std::size_t utf16_length(std::string_view text);

void append_utf8(std::string& out, char32_t character);

/// Undoes the escapes `_xHHHH_` of a string (ECMA-376 part 1, 22.9.2.19, ST_Xstring). One that stands for
/// half a character stays as it is.
std::string without_escapes(std::string_view text);

/// Appends a text of UTF-8 as the content of an XML element that is an ST_Xstring: what XML cannot hold or
/// would change is escaped, and what only looks like an escape is, too.
void append_escaped(std::string& out, std::string_view text);

}  // namespace countersign::sheets
