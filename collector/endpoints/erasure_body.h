#pragma once

#include "ledger/base/problem.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::endpoints {

inline constexpr std::size_t kErasureBytesMax = 64u << 10;
inline constexpr std::size_t kErasureSubjectsMax = 20;
inline constexpr std::size_t kErasureSubjectBytesMax = 2048;

/// What a request to erase a person says.
struct ErasureBody {
  std::string tenant;
  std::vector<std::string> subjects;  ///< `kind=value`, not looked at further
  std::string reason;
  std::string region;  ///< empty: the one that the tenant is pinned to
  bool dry_run = true;
  bool only_named = false;
};

/// Reads the JSON object of a request. Problems, which never repeat what was sent: 400 for what is no JSON
/// object or has a member twice, 422 for a member that is unknown, missing or not as it must be. Pure,
/// thread-safe.
tl::expected<ErasureBody, base::Problem> read_erasure(std::string_view body);

}  // namespace countersign::endpoints
