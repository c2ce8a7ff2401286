#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::questionnaires {

/// A text as headings are compared: ASCII in small letters, one space for whatever is neither letter nor
/// digit, none around it. Bytes beyond ASCII stay.
std::string plain(std::string_view text);

/// Without white space around it.
std::string_view trimmed(std::string_view text);

/// Whether a text asks something: a question mark behind it, or a word in front that asks or orders.
bool asks(std::string_view text);

}  // namespace countersign::questionnaires
