#include "web/notify/finding_record.h"

#include "ledger/base/types.h"
#include "reports/findings/finding_events.h"

#include <fmt/format.h>

namespace countersign::notify {

using base::Code;
using base::fail;

bool is_told(std::string_view type) { return type == kOpened || type == kAcknowledged || type == kResolved; }

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

void add_found(const record::EventView& opened, Notice& to) {
  auto found = findings::read_found(opened.text(record::kActionContext));
  to.control = std::move(found.control);
  to.version = found.version.value_or(0);
  to.item = std::move(found.item);
  to.records = std::move(found.records);
  to.observed = opened.text(record::kOutcomeReason);
}

}  // namespace countersign::notify
