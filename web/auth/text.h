#pragma once

#include <cstddef>
#include <string_view>

namespace countersign::auth {

/// The bytes of the UTF-8 character (RFC 3629) that a text begins with; 0 where it begins with none.
std::size_t character_size(std::string_view text);

/// How many characters a text has; 0 for one that is not UTF-8, too.
std::size_t count_characters(std::string_view text);

}  // namespace countersign::auth
