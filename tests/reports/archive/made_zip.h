#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::archive {

/// An entry of an archive that is made here, byte by byte, so that it can also be made wrong.
struct MadeEntry {
  std::string name, content;
  bool deflated = true;
  std::uint16_t flags = 0;
  std::string local_name = {};         ///< what its local header says; empty: the same
  std::uint32_t claimed = UINT32_MAX;  ///< what its headers say of its size; UINT32_MAX: the truth
  bool zip64 = false;                  ///< sizes in 64 bits, as some writers do for all entries
};

std::string zip_of(const std::vector<MadeEntry>& entries, std::string_view comment = {});

}  // namespace countersign::archive
