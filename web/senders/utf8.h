#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Texts of records, for forms that end where a line ends.
namespace countersign::senders {

/// With a space in place of each control character (C0, DEL, C1) and of the line and paragraph separators.
std::string without_controls(std::string_view text);

}  // namespace countersign::senders
