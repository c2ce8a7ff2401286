#include "reports/documents/reminders.h"

#include <algorithm>

namespace countersign::documents {

std::optional<Reminder> due_on(const Document& document, Day day, const std::vector<std::int64_t>& said) {
  const auto standing = standing_on(document, day);
  if (standing.version == nullptr || !standing.version->valid_until) return std::nullopt;
  const auto& version = *standing.version;
  const auto is_said = [&](std::int64_t days) { return std::ranges::find(said, days) != said.end(); };
  if (standing.state == State::expired) {
    if (is_said(0)) return std::nullopt;
    return Reminder{version.number, 0, 0, {0}};
  }
  if (standing.state != State::valid) return std::nullopt;
  const Day next{version.valid_until->number + 1};
  if (standing_on(document, next).state == State::valid) return std::nullopt;
  Reminder out{version.number, 0, version.valid_until->number - day.number, {}};
  bool is_new = false;
  for (const auto days : document.remind_days) {
    if (days < out.left) continue;
    out.settled.push_back(days);
    if (out.days == 0 || days < out.days) {
      out.days = days;
      is_new = !is_said(days);
    }
  }
  return is_new ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace countersign::documents
