#pragma once

#include "ledger/base/result.h"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace countersign::base {

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
struct Timestamp {
  std::int64_t micros = 0;

  auto operator<=>(const Timestamp&) const = default;
};

/// Where the time comes from; passed in, so that tests are deterministic. Called from any thread.
using Clock = std::function<Timestamp()>;

/// The real-time clock of the machine.
Clock system_clock();

/// Reads an RFC 3339 date-time: the zone is required, at most 9 fraction digits (cut to microseconds), 'T'
/// and 'Z' in either case, a leap second only where UTC can have one (23:59:60). The message says what is
/// wrong.
Result<Timestamp> parse_rfc3339(std::string_view text);

/// Writes `2026-01-31T23:59:59.123456Z`: always 27 characters for years 0000 to 9999.
std::string format_rfc3339(Timestamp time);

inline constexpr std::size_t kTimestampTextSize = 27;

/// Reads exactly what format_rfc3339 writes, and nothing else.
Result<Timestamp> parse_canonical_time(std::string_view text);

}  // namespace countersign::base
