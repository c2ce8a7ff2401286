#include "ledger/base/time.h"

#include "collector/mapping/mapping.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <ctime>

namespace countersign::mapping {
namespace {

std::optional<std::string> time_of_epoch(std::string_view text, std::int64_t micros_each) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::int64_t kYear10000_us = 253'402'300'800'000'000;
  if (error != std::errc() || number < 0 || number >= kYear10000_us / micros_each) return std::nullopt;
  std::int64_t micros = number * micros_each;
  if (!rest.empty()) {
    // A fraction stands behind seconds only.
    if (micros_each != 1'000'000 || rest.front() != '.' || rest.size() < 2 || rest.size() > 10)
      return std::nullopt;
    std::int64_t each = 100'000;
    for (const char c : rest.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      micros += (c - '0') * each;
      each /= 10;
    }
  }
  return base::format_rfc3339({micros});
}

}  // namespace

std::optional<std::string> time_of(std::string_view text, const std::string& form, const std::string& zone) {
  if (form == "epoch_s") return time_of_epoch(text, 1'000'000);
  if (form == "epoch_ms") return time_of_epoch(text, 1'000);
  if (form == "epoch_us") return time_of_epoch(text, 1);
  if (form == "rfc3339") {
    std::string out(text);
    if (!base::parse_rfc3339(out)) out += zone;
    return base::parse_rfc3339(out) ? std::optional(out) : std::nullopt;
  }
  const std::string copy(text);
  std::tm parts{};
  const char* end = ::strptime(copy.c_str(), form.c_str(), &parts);
  if (end == nullptr) return std::nullopt;
  std::string rest(end), fraction;
  if (rest.starts_with('.') || rest.starts_with(',')) {
    const auto stop = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (stop < 2 || stop > 10) return std::nullopt;
    fraction = "." + rest.substr(1, stop - 1);
    rest.erase(0, stop);
  }
  if (!rest.empty()) return std::nullopt;
  std::string at = zone;
  if (form.find("%z") != std::string::npos) {
    const auto minutes = parts.tm_gmtoff / 60;
    at =
        fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
  }
  const auto out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, fraction, at);
  return base::parse_rfc3339(out) ? std::optional(out) : std::nullopt;
}

}  // namespace countersign::mapping
