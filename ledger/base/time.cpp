#include "ledger/base/time.h"

#include <fmt/format.h>

#include <chrono>

namespace countersign::base {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsMin = -62'167'219'200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t kSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z

std::int64_t seconds_of(int year, unsigned month, unsigned day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86400 + hour * 3600 + minute * 60 + second;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes numbers and signs off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool sign(char a, char b) {
    if (rest_.empty() || (rest_.front() != a && rest_.front() != b)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool sign(char a) { return sign(a, a); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void skip() { rest_.remove_prefix(1); }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

auto bad(std::string_view why) {
  return fail(Code::invalid_argument,
              fmt::format("{}; write an RFC 3339 date-time with a zone, such as 2026-01-31T09:30:00Z", why));
}

}  // namespace

Clock system_clock() {
  return [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  };
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner scan(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!(scan.number(4, year) && scan.sign('-') && scan.number(2, month) && scan.sign('-') &&
        scan.number(2, day)))
    return bad("the date is not YYYY-MM-DD");
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad("there is no such day");
  if (!(scan.sign('T', 't') && scan.number(2, hour) && scan.sign(':') && scan.number(2, minute) &&
        scan.sign(':') && scan.number(2, second)))
    return bad("the time of day is not THH:MM:SS");
  if (hour > 23 || minute > 59 || second > 60) return bad("there is no such time of day");
  std::int64_t fraction = 0;
  if (scan.sign('.')) {
    int digits = 0;
    for (; is_digit(scan.peek()); scan.skip(), ++digits) {
      if (digits < 6) fraction = fraction * 10 + (scan.peek() - '0');
    }
    if (digits == 0 || digits > 9) return bad("a fraction of a second has 1 to 9 digits");
    for (; digits < 6; ++digits) fraction *= 10;
  }
  int zone_minutes = 0;
  if (!scan.sign('Z', 'z')) {
    const bool west = scan.peek() == '-';
    int zone_hour = 0, zone_minute = 0;
    if (!(scan.sign('+', '-') && scan.number(2, zone_hour) && scan.sign(':') && scan.number(2, zone_minute)))
      return bad("the zone is missing");
    if (zone_hour > 23 || zone_minute > 59) return bad("there is no such zone");
    zone_minutes = (zone_hour * 60 + zone_minute) * (west ? -1 : 1);
  }
  if (!scan.done()) return bad("there is more text behind the zone");
  const std::int64_t seconds =
      seconds_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day), hour, minute, second) -
      std::int64_t{zone_minutes} * 60;
  // RFC 3339 section 5.6: second 60 exists only at the end of a UTC day.
  if (second == 60 && seconds % 86400 != 0) return bad("a leap second can only be 23:59:60 UTC");
  if (seconds < kSecondsMin || seconds > kSecondsMax)
    return bad("in UTC it is not in the years 0000 to 9999");
  return Timestamp{seconds * kMicrosPerSecond + fraction};
}

std::string format_rfc3339(Timestamp time) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds(time.micros)};
  const auto day_point = floor<days>(point);
  const year_month_day date{day_point};
  const hh_mm_ss<microseconds> clock{point - day_point};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<Timestamp> parse_canonical_time(std::string_view text) {
  if (text.size() != kTimestampTextSize || text[19] != '.' || text[10] != 'T' || text[26] != 'Z' ||
      text.substr(17, 2) == "60")
    return fail(Code::invalid_argument, "not a time in the form 2026-01-31T09:30:00.000000Z");
  return parse_rfc3339(text);
}

}  // namespace countersign::base
