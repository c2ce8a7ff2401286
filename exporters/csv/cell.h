#pragma once

#include <string>
#include <string_view>

namespace countersign::csv {

/// Appends a value as a cell of a table in the form of RFC 4180: in double quotes where it holds a quote, a
/// comma or a line break. A value that begins with = + - @ TAB or CR gets an apostrophe in front, because a
/// spreadsheet would take it for a formula; so does a value that begins with an apostrophe, so that whoever
/// strips one apostrophe has the value again.
void append_cell(std::string& out, std::string_view value);

/// The same for a value that holds no quote, comma or line break, as a token does not.
void append_plain_cell(std::string& out, std::string_view value);

}  // namespace countersign::csv
