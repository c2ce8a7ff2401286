#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::signatures {

/// The pairs of an application/x-www-form-urlencoded text (WHATWG URL section 5.1), in their order, decoded.
/// Absent where a percent sign is followed by anything but two hexadecimal digits, or where there are more
/// than `pairs_max`.
std::optional<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text,
                                                                          std::size_t pairs_max);

}  // namespace countersign::signatures
