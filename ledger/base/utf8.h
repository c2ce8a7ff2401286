#pragma once

#include <cstddef>
#include <string_view>

namespace countersign::base {

/// The beginning of a text in UTF-8, of at most so many bytes, no character in half: empty where not even one
/// fits. Thread-safe.
std::string_view cut(std::string_view text, std::size_t bytes_max);

}  // namespace countersign::base
