#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::base {

/// How long something is kept, as people say it: `12 months`, `6 years`, `90 days`, `30 seconds`, `forever`.
/// Months and years are those of the calendar in UTC.
struct Span {
  enum class Unit { seconds, days, months, years, forever };
  std::int64_t count = 0;
  Unit unit = Unit::forever;

  bool is_forever() const { return unit == Unit::forever; }
  bool operator==(const Span&) const = default;
};

/// Reads what to_string writes, singular and plural alike; at most 1,000 years. invalid_argument otherwise.
Result<Span> parse_span(std::string_view text);
std::string to_string(const Span& span);

/// When it ends that began at `from`; the last moment of all for `forever`. The 31st of a month that has none
/// is its last day.
Timestamp end_of(Timestamp from, const Span& span);
/// When it began that ends at `to`; the first moment of all for `forever`.
Timestamp begin_of(Timestamp to, const Span& span);

/// About how long it is, to compare two; the longest for `forever`.
std::int64_t seconds_of(const Span& span);

}  // namespace countersign::base
