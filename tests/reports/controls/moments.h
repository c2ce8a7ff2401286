#pragma once

#include "ledger/base/time.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace countersign::testing {

inline constexpr const char* kFrom = "2026-01-01T00:00:00Z";
inline constexpr const char* kUntil = "2026-02-01T00:00:00Z";

/// So many seconds after a moment: `after("2026-01-05T09:00:00Z", 90)` is `2026-01-05T09:01:30.000000Z`.
inline std::string after(std::string_view moment, std::int64_t seconds) {
  const auto start = base::parse_rfc3339(moment);
  if (!start) throw std::invalid_argument(std::string(moment));
  return base::format_rfc3339({start->micros + seconds * 1'000'000});
}

}  // namespace countersign::testing
