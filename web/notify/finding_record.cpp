#include "web/notify/finding_record.h"

#include "ledger/base/types.h"
#include "reports/findings/finding_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace countersign::notify {

using base::Code;
using base::fail;

namespace {

/// The value of `name=value` in a context; empty where there is none.
std::string_view member_of(std::string_view context, std::string_view name) {
  const auto wanted = fmt::format("{}=", name);
  for (std::size_t at = 0; at < context.size();) {
    const auto end = std::min(context.find(' ', at), context.size());
    const auto word = context.substr(at, end - at);
    if (word.starts_with(wanted)) return word.substr(wanted.size());
    at = end + 1;
  }
  return {};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

bool is_told(std::string_view type) { return type == kOpened || type == kAcknowledged || type == kResolved; }

bool is_reminder(std::string_view type) { return type == kExpiring || type == kExpired; }

bool is_of_procurement(std::string_view type) {
  return type == kStale || type == kCurrent || type == kRequested;
}

std::string opened_id(std::string_view tenant, std::string_view finding) {
  return fmt::format("{}/{}/{}", kOpened, tenant, finding);
}

base::Result<Notice> read_notice(const record::EventView& event) {
  Notice out;
  out.type = event.plain(record::kType);
  out.time = event.plain(record::kTime);
  const auto resource = event.text(record::kActionResource);
  const auto slash = resource.find('/');
  out.tenant = resource.substr(0, slash);
  if (slash != std::string::npos) out.finding = resource.substr(slash + 1);
  if (!base::parse_log_owner(out.tenant) || !findings::is_finding_id(out.finding))
    return fail(Code::invalid_argument, "its action.resource is no <tenant>/<finding>");
  if (out.type != kOpened) {
    out.note = event.text(record::kOutcomeReason);
    return out;
  }
  add_found(event, out);
  if (out.control.empty() || out.item.empty())
    return fail(Code::invalid_argument,
                "its action.context is no <CONTROL> v<version> item=<item> records=[<seq>,…]");
  return out;
}

base::Result<Notice> read_reminder(const record::EventView& event) {
  Notice out;
  out.type = event.plain(record::kType);
  out.time = event.plain(record::kTime);
  out.tenant = base::kSystemTenant;
  out.severity = out.type == kExpired ? "high" : "medium";
  // <kind>/<id>/<version>, and a context that ends with the title (ledger/FORMAT.md).
  const auto resource = event.text(record::kActionResource), context = event.text(record::kActionContext);
  const auto first = resource.find('/'), last = resource.rfind('/');
  constexpr std::string_view kTitle = " title=";
  const auto title = context.find(kTitle);
  DocumentNotice document;
  if (first == last || title == std::string::npos)
    return fail(Code::invalid_argument, "it does not say which document it is about");
  document.kind = resource.substr(0, first);
  document.id = resource.substr(first + 1, last - first - 1);
  out.title = context.substr(title + kTitle.size());
  const auto said = std::string_view(context).substr(0, title);
  document.valid_until = member_of(said, "valid_until");
  const auto left = number_of(member_of(said, "left")),
             version = number_of(std::string_view(resource).substr(last + 1));
  if (!version || document.valid_until.empty() || (!left && out.type == kExpiring))
    return fail(Code::invalid_argument, "it does not say until when the document holds");
  out.version = *version;
  document.left = left.value_or(0);
  out.document = std::move(document);
  return out;
}

base::Result<Notice> read_procurement(const record::EventView& event) {
  Notice out;
  out.type = event.plain(record::kType);
  out.time = event.plain(record::kTime);
  out.tenant = base::kSystemTenant;
  out.severity = out.type == kCurrent ? "low" : "medium";
  // access/<id>, questionnaire/<id>/<number>, or <tenant>/<answer> (ledger/FORMAT.md).
  const std::string resource = event.text(record::kActionResource);
  const auto first = resource.find('/'), last = resource.rfind('/');
  const auto begin = resource.substr(0, first);
  const auto wrong = [](std::string_view what) {
    return fail(Code::invalid_argument, fmt::format("it does not say {} it is about", what));
  };
  if (first == std::string::npos || first + 1 == resource.size()) return wrong("what");
  if (out.type == kRequested) {
    out.request = resource.substr(first + 1);
    if (begin != "access" || first != last) return wrong("which request");
    return out;
  }
  out.observed = event.text(record::kActionContext);
  AnswerNotice answer;
  if (first == last) {
    if (!base::parse_tenant(begin)) return wrong("whose answer");
    out.tenant = begin;
    answer.answer = resource.substr(first + 1);
  } else {
    const auto number = number_of(std::string_view(resource).substr(last + 1));
    answer.questionnaire = resource.substr(first + 1, last - first - 1);
    if (begin != "questionnaire" || !number || *number < 1 || *number > UINT32_MAX)
      return wrong("which question");
    out.tenant.clear();
    answer.questions = {static_cast<std::uint32_t>(*number)};
  }
  out.answer = std::move(answer);
  return out;
}

void add_found(const record::EventView& opened, Notice& to) {
  auto found = findings::read_found(opened.text(record::kActionContext));
  to.control = std::move(found.control);
  to.version = found.version.value_or(0);
  to.item = std::move(found.item);
  to.records = std::move(found.records);
  to.observed = opened.text(record::kOutcomeReason);
}

}  // namespace countersign::notify
