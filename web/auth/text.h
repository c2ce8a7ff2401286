#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::auth {

/// How many characters a text has; 0 for one that is not UTF-8, too.
std::size_t count_characters(std::string_view text);

/// A text of a request as a record can hold it: UTF-8 without control characters of ASCII, of at most
/// `bytes_max` bytes; each byte that does not fit is replaced by '?'.
std::string recordable(std::string_view text, std::size_t bytes_max);

}  // namespace countersign::auth
