#include "collector/protocols/epoch_time.h"

#include "ledger/base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace countersign::protocols {
namespace {

constexpr std::uint64_t kNanosPerMicro = 1'000;
constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
constexpr std::uint64_t kNanosPerMilli = 1'000'000;
constexpr std::uint64_t kMillisFrom = 100'000'000'000;  ///< a whole part from here on is milliseconds
constexpr std::uint64_t kSecondsMax = 18'400'000'000;   ///< in nanoseconds it still fits 64 bits

std::optional<std::string> time_of_whole(std::uint64_t whole) {
  const bool millis = whole >= kMillisFrom;
  if (whole / (millis ? 1000 : 1) > kSecondsMax) return std::nullopt;
  return time_of_nanos(whole * (millis ? kNanosPerMilli : kNanosPerSecond));
}

std::optional<std::string> time_of_number(double number) {
  if (!(number >= 0)) return std::nullopt;
  const double seconds = number >= static_cast<double>(kMillisFrom) ? number / 1000 : number;
  if (seconds > static_cast<double>(kSecondsMax)) return std::nullopt;
  return time_of_nanos(static_cast<std::uint64_t>(std::llround(seconds * 1e6)) * kNanosPerMicro);
}

std::optional<std::uint64_t> digits_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> time_of_decimal(std::string_view text) {
  const auto point = std::min(text.find('.'), text.size());
  const auto whole = digits_of(text.substr(0, point));
  if (!whole) return std::nullopt;
  if (point == text.size()) return time_of_whole(*whole);
  constexpr std::size_t kFractionDigits = 9;
  std::string fraction(text.substr(point + 1));
  if (fraction.empty() || fraction.size() > 2 * kFractionDigits) return std::nullopt;
  fraction.resize(kFractionDigits, '0');
  const auto nanos = digits_of(fraction);
  const bool millis = *whole >= kMillisFrom;
  if (!nanos || *whole / (millis ? 1000 : 1) > kSecondsMax) return std::nullopt;
  return millis ? time_of_nanos(*whole * kNanosPerMilli + *nanos / 1000)
                : time_of_nanos(*whole * kNanosPerSecond + *nanos);
}

}  // namespace

std::string time_of_nanos(std::uint64_t nanos) {
  std::string text = base::format_rfc3339(base::Timestamp{static_cast<std::int64_t>(nanos / kNanosPerMicro)});
  if (const auto rest = nanos % kNanosPerMicro; rest != 0) {
    text.pop_back();
    text += fmt::format("{:03}Z", rest);
  }
  return text;
}

std::optional<std::string> time_of_epoch(const boost::json::value& value) {
  if (value.is_int64())
    return value.get_int64() < 0 ? std::nullopt
                                 : time_of_whole(static_cast<std::uint64_t>(value.get_int64()));
  if (value.is_uint64()) return time_of_whole(value.get_uint64());
  if (value.is_double()) return time_of_number(value.get_double());
  if (value.is_string()) return time_of_decimal({value.get_string().data(), value.get_string().size()});
  return std::nullopt;
}

}  // namespace countersign::protocols
