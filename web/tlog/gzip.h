#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace countersign::tlog {

/// The bytes as one gzip member (RFC 1952), without a time in it. Empty where zlib has no memory.
std::optional<std::string> gzip(std::string_view bytes);

}  // namespace countersign::tlog
