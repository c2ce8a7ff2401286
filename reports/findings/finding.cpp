#include "reports/findings/finding.h"

#include "reports/findings/finding_events.h"

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::findings {
namespace {

constexpr std::array<std::string_view, 3> kStates{"opened", "acknowledged", "resolved"};
constexpr std::size_t kIdDigits = 16;

void take_found(Finding& finding, std::string_view context) {
  auto found = read_found(context);
  finding.control = std::move(found.control);
  finding.version = found.version;
  finding.item = std::move(found.item);
  finding.records = std::move(found.records);
}

}  // namespace

std::string_view to_string(State state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<State> parse_state(std::string_view text) {
  const auto found = std::find(kStates.begin(), kStates.end(), text);
  if (found == kStates.end()) return std::nullopt;
  return static_cast<State>(found - kStates.begin());
}

bool is_finding_id(std::string_view text) {
  return text.size() == kIdDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void add_record(Finding& finding, std::string_view type, Entry entry, std::string_view context,
                std::string_view reason) {
  const auto seq = entry.seq;
  if (type == "finding.opened") {
    if (finding.opened) return;
    take_found(finding, context);
    finding.observed = reason;
    finding.opened = std::move(entry);
  } else if (type == "finding.acknowledged") {
    if (finding.acknowledged) return;
    entry.text = reason;
    finding.acknowledged = std::move(entry);
    if (finding.state == State::opened) finding.state = State::acknowledged;
  } else if (type == "finding.answered") {
    if (finding.control.empty() && !reason.empty()) take_found(finding, reason);
    entry.text = context;
    finding.answers.push_back(std::move(entry));
  } else if (type == "finding.resolved") {
    if (finding.resolved) return;
    if (!finding.acknowledged) finding.acknowledged = entry;
    entry.text = reason;
    finding.resolved = std::move(entry);
    finding.state = State::resolved;
  } else {
    return;
  }
  if (!finding.first_seq) finding.first_seq = seq;
}

}  // namespace countersign::findings
