#include "reports/documents/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace countersign::documents {
namespace {

constexpr std::array<std::string_view, 3> kConfidentialities = {"public", "nda", "internal"};
constexpr std::array<std::string_view, 4> kStates = {"valid", "expired", "not-yet", "missing"};
constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::string_view kDayForm = "0000-00-00";

/// Where the days of a version end, for comparing: what has no end comes last.
std::int64_t end_of(const Version& version) { return version.valid_until ? version.valid_until->number : 0; }

}  // namespace

bool is_kind(std::string_view text) { return std::ranges::find(kKinds, text) != kKinds.end(); }

std::string_view to_string(Confidentiality confidentiality) {
  return kConfidentialities.at(static_cast<std::size_t>(confidentiality));
}

std::optional<Confidentiality> parse_confidentiality(std::string_view text) {
  const auto* const found = std::ranges::find(kConfidentialities, text);
  if (found == kConfidentialities.end()) return std::nullopt;
  return static_cast<Confidentiality>(found - kConfidentialities.begin());
}

Day day_of(base::Timestamp time) {
  const auto days = time.micros / kDayUs;
  return {time.micros % kDayUs < 0 ? days - 1 : days};
}

base::Result<Day> parse_day(std::string_view text) {
  const auto wrong = [] {
    return base::fail(base::Code::invalid_argument, "must be a day such as 2026-12-31, from 1970 to 9999");
  };
  const bool formed = text.size() == kDayForm.size() &&
                      std::equal(text.begin(), text.end(), kDayForm.begin(), [](char c, char form) {
                        return form == '0' ? c >= '0' && c <= '9' : c == form;
                      });
  if (!formed) return wrong();
  const auto number = [&](std::size_t at, std::size_t count) {
    int out = 0;
    for (const char c : text.substr(at, count)) out = out * 10 + (c - '0');
    return out;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok() || date.year() < std::chrono::year(1970)) return wrong();
  return Day{std::chrono::sys_days(date).time_since_epoch().count()};
}

std::string format_day(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day.number))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string_view to_string(State state) { return kStates.at(static_cast<std::size_t>(state)); }

const Version* Document::version(std::int64_t number) const {
  const auto found = std::ranges::find(versions, number, &Version::number);
  return found == versions.end() ? nullptr : &*found;
}

Standing standing_on(const Document& document, Day day) {
  Standing past, coming;
  for (auto one = document.versions.rbegin(); one != document.versions.rend(); ++one) {
    if (one->withdrawn) continue;
    if (one->holds_on(day)) return {State::valid, &*one};
    if (one->valid_until && *one->valid_until < day) {
      if (past.version == nullptr || end_of(*past.version) < end_of(*one)) past = {State::expired, &*one};
    } else if (coming.version == nullptr) {
      coming = {State::not_yet, &*one};
    }
  }
  return past.version != nullptr ? past : coming;
}

std::string resource_of(const Document& document) { return fmt::format("{}/{}", document.kind, document.id); }

std::string resource_of(const Document& document, const Version& version) {
  return fmt::format("{}/{}", resource_of(document), version.number);
}

}  // namespace countersign::documents
