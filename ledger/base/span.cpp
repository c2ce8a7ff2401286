#include "ledger/base/span.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <limits>

namespace countersign::base {
namespace {

using Unit = Span::Unit;

constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kSecondsMax = 1'000 * 366 * kDay_s;
constexpr std::array<std::string_view, 4> kUnits{"second", "day", "month", "year"};
constexpr std::array<std::int64_t, 4> kUnitSeconds{1, kDay_s, 30 * kDay_s, 365 * kDay_s};

Timestamp moved(Timestamp from, std::int64_t count, Unit unit) {
  using namespace std::chrono;
  if (unit == Unit::seconds || unit == Unit::days)
    return {from.micros + count * kUnitSeconds.at(static_cast<std::size_t>(unit)) * 1'000'000};
  const sys_time<microseconds> at{microseconds(from.micros)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const auto months_on = date.year() / date.month() + months(unit == Unit::years ? count * 12 : count);
  const auto last = (months_on / std::chrono::last).day();
  const sys_days moved_day = months_on / std::min(date.day(), last);
  return {duration_cast<microseconds>((moved_day + (at - day)).time_since_epoch()).count()};
}

}  // namespace

Result<Span> parse_span(std::string_view text) {
  const auto bad = [&] {
    return fail(Code::invalid_argument,
                fmt::format("'{}' is no time to keep; say 12 months, 6 years, 90 days or forever", text));
  };
  if (text == "forever") return Span{};
  Span span;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), span.count);
  auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !unit.starts_with(' ') || span.count < 1) return bad();
  unit.remove_prefix(1);
  if (unit.ends_with('s')) unit.remove_suffix(1);
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (unit != kUnits.at(i)) continue;
    span.unit = static_cast<Unit>(i);
    if (span.count > kSecondsMax / kUnitSeconds.at(i)) return bad();
    return span;
  }
  return bad();
}

std::string to_string(const Span& span) {
  if (span.is_forever()) return "forever";
  return fmt::format("{} {}{}", span.count, kUnits.at(static_cast<std::size_t>(span.unit)),
                     span.count == 1 ? "" : "s");
}

Timestamp end_of(Timestamp from, const Span& span) {
  if (span.is_forever()) return {std::numeric_limits<std::int64_t>::max()};
  return moved(from, span.count, span.unit);
}

Timestamp begin_of(Timestamp to, const Span& span) {
  if (span.is_forever()) return {std::numeric_limits<std::int64_t>::min()};
  return moved(to, -span.count, span.unit);
}

std::int64_t seconds_of(const Span& span) {
  if (span.is_forever()) return std::numeric_limits<std::int64_t>::max();
  return span.count * kUnitSeconds.at(static_cast<std::size_t>(span.unit));
}

}  // namespace countersign::base
