#include "reports/findings/finding_events.h"

#include "ledger/base/types.h"
#include "ledger/base/utf8.h"
#include "ledger/record/characters.h"
#include "reports/engine/responses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace countersign::findings {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kContextMax = 1024, kReasonMax = 256, kControlMax = 64;
constexpr std::string_view kItem = " item=", kRecords = " records=[";

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

/// As it may stand in a record.
std::string without_control_characters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

std::string head_of(const Found& found) {
  return found.version ? fmt::format("{} v{}{}", found.control, *found.version, kItem)
                       : found.control + std::string(kItem);
}

/// `17,18]`, without its bracket: up to the first that is no number.
std::vector<std::uint64_t> numbers_in(std::string_view text) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t number = 0; !text.empty();) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc()) break;
    out.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (!text.starts_with(',')) break;
    text.remove_prefix(1);
  }
  return out;
}

std::string resource_of(std::string_view tenant, std::string_view finding) {
  return fmt::format("{}/{}", tenant, finding);
}

json::object event_of(std::string_view type, std::string id, base::Timestamp now) {
  return {{"id", std::move(id)},
          {"time", base::format_rfc3339(now)},
          {"type", text_of(type)},
          {"tenant", text_of(base::kSystemTenant)}};
}

/// As controls spell their ids.
bool is_control(std::string_view text) {
  const auto is_sign = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= kControlMax && text[0] >= 'A' && text[0] <= 'Z' &&
         std::all_of(text.begin(), text.end(), is_sign);
}

base::Result<void> check_text(std::string_view what, std::string_view text, std::size_t most) {
  if (record::characters_of(text) > most)
    return fail(Code::invalid_argument, fmt::format("{} has {} characters at most", what, most));
  if (record::has_control_character(text))
    return fail(Code::invalid_argument,
                fmt::format("{} is plain text without line breaks and other control characters", what));
  return {};
}

std::string_view type_of(Step step) {
  constexpr std::array<std::string_view, 3> kTypes{"finding.acknowledged", "finding.answered",
                                                   "finding.resolved"};
  return kTypes[static_cast<std::size_t>(step)];
}

/// One step's event; those of which the first one counts are recorded once.
json::object step_event(Step step, const Saying& saying, const json::object& members, base::Timestamp now,
                        const crypto::Entropy& entropy) {
  const auto resource = resource_of(saying.tenant, saying.finding);
  auto id = step == Step::answer ? crypto::random_id(entropy) : fmt::format("{}/{}", type_of(step), resource);
  auto event = event_of(type_of(step), std::move(id), now);
  for (const auto& member : members) event[member.key()] = member.value();
  event["action"] = {{"name", action_name(step)}, {"resource", resource}};
  return event;
}

base::Result<void> check_known(const Saying& saying, const Finding* known) {
  const bool names_it = saying.step == Step::answer && !(saying.control.empty() && saying.item.empty());
  if (names_it && reports::finding_id(saying.tenant, saying.control, saying.item) != saying.finding)
    return fail(Code::invalid_argument,
                "control and item are not those of this finding: send them as the report has them");
  if (known == nullptr && !names_it)
    return fail(Code::not_found,
                saying.step == Step::answer
                    ? "there is no such finding; to answer an exception of a report that was never opened as "
                      "a finding, name its control and item, too"
                    : "there is no such finding");
  if (known == nullptr) return {};
  if (saying.step == Step::acknowledge && known->acknowledged)
    return fail(Code::already_exists, fmt::format("it was acknowledged already, on {}: the first stands",
                                                  base::format_rfc3339(known->acknowledged->at)));
  if (saying.step == Step::resolve && known->resolved)
    return fail(Code::already_exists, fmt::format("it was resolved already, on {}: the first stands",
                                                  base::format_rfc3339(known->resolved->at)));
  return {};
}

}  // namespace

std::string found_context(const Found& found, std::size_t most) {
  Found plain = found;
  plain.item = without_control_characters(found.item);
  const auto head = head_of(plain);
  const auto room = most - head.size() - kRecords.size() - 1;
  auto out = fmt::format("{}{}{}", head, base::cut(plain.item, room), kRecords);
  bool first = true;
  for (const auto seq : found.records) {
    const auto number = fmt::format("{}{}", first ? "" : ",", seq);
    if (out.size() + number.size() + 1 > most) break;
    out += number;
    first = false;
  }
  return out + "]";
}

Found read_found(std::string_view context) {
  Found out;
  const auto end = context.find(' ');
  out.control = context.substr(0, end);
  if (end == std::string_view::npos) return out;
  auto rest = context.substr(end);
  const auto item = rest.find(kItem);
  if (item == std::string_view::npos) return out;
  if (rest.starts_with(" v")) {
    std::int64_t version = 0;
    const auto read = std::from_chars(rest.data() + 2, rest.data() + item, version);
    if (read.ec == std::errc() && read.ptr == rest.data() + item) out.version = version;
  }
  rest.remove_prefix(item + kItem.size());
  const auto records = rest.rfind(kRecords);
  out.item = rest.substr(0, records);
  if (records != std::string_view::npos) out.records = numbers_in(rest.substr(records + kRecords.size()));
  return out;
}

json::object opened_event(std::string_view tenant, std::string_view finding, const Found& found,
                          std::string_view observed, base::Timestamp now) {
  const auto resource = resource_of(tenant, finding);
  auto event = event_of("finding.opened", "finding.opened/" + resource, now);
  event["action"] = {{"name", "finding open"}, {"resource", resource}, {"context", found_context(found)}};
  const auto what = without_control_characters(observed);
  if (!what.empty()) event["outcome"] = {{"reason", text_of(base::cut(what, kReasonMax))}};
  return event;
}

std::string_view to_string(Step step) {
  constexpr std::array<std::string_view, 3> kWords{"acknowledge", "answer", "resolve"};
  return kWords[static_cast<std::size_t>(step)];
}

std::string action_name(Step step) { return fmt::format("finding {}", to_string(step)); }

base::Result<void> check_saying(const Saying& saying) {
  switch (saying.step) {
    case Step::acknowledge:
      TRY(check_text("note", saying.text, kReasonMax));
      break;
    case Step::answer:
      TRY(check_text("text", saying.text, kContextMax));
      if (saying.text.empty()) return fail(Code::invalid_argument, "text says what management answers");
      if (saying.control.empty() != saying.item.empty())
        return fail(Code::invalid_argument, "control and item go together");
      if (!saying.control.empty() && !is_control(saying.control))
        return fail(Code::invalid_argument, "control is the id of one, such as OTP-LIFETIME");
      TRY(check_text("item", saying.item, kContextMax));
      break;
    case Step::resolve:
      TRY(check_text("reason", saying.text, kReasonMax));
      if (saying.text.empty()) return fail(Code::invalid_argument, "reason says why it is resolved");
      break;
  }
  return {};
}

base::Result<std::vector<json::object>> events_of(const Saying& saying, const Finding* known,
                                                  const json::object& members, base::Timestamp now,
                                                  const crypto::Entropy& entropy) {
  TRY(check_saying(saying));
  TRY(check_known(saying, known));
  std::vector<json::object> out;
  if (saying.step == Step::resolve && !known->acknowledged)
    out.push_back(step_event(Step::acknowledge, saying, members, now, entropy));
  auto event = step_event(saying.step, saying, members, now, entropy);
  if (saying.step == Step::answer) {
    event["action"].as_object()["context"] = saying.text;
    // So that the list can tell what it is about.
    if (known == nullptr)
      event["outcome"] = {{"reason", found_context({saying.control, {}, saying.item, {}}, kReasonMax)}};
  } else if (!saying.text.empty()) {
    event["outcome"] = {{"reason", saying.text}};
  }
  out.push_back(std::move(event));
  return out;
}

}  // namespace countersign::findings
