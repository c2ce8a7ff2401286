#pragma once

#include <cstddef>
#include <cstdint>

namespace countersign::archive {

/// What an archive that somebody sent may cost. Each is checked before what it counts is kept.
struct Limits {
  std::uint64_t file_bytes = 32 << 20;
  std::size_t entries = 5'000;           ///< parts of the file
  std::uint64_t part_bytes = 128 << 20;  ///< of one part, inflated
  std::uint64_t inflated_bytes = 256 << 20;
  std::uint64_t ratio = 300;  ///< inflated by packed bytes, of a part that has more than 1 MiB inflated
};

}  // namespace countersign::archive
