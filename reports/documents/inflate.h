#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::documents {

struct Inflated {
  std::string bytes;
  bool whole = false;  ///< false where they are damaged, cut short or more: then these are the first
};

/// Undoes what zlib has packed (RFC 1950), as in PDF, of `bytes_max` bytes at most; what stands behind its
/// end is not looked at. Thread-safe.
Inflated inflate(std::string_view bytes, std::size_t bytes_max);

}  // namespace countersign::documents
