#include "exporters/siem/entry.h"

#include "ledger/base/encoding.h"

#include <utility>

namespace countersign::siem {
namespace {

Severity severity_of(const Finding& finding) {
  if (finding.severity == "high") return Severity::high;
  return finding.severity == "low" ? Severity::low : Severity::medium;
}

/// What the type alone does not say.
void judge(Entry& entry) {
  if (entry.meaning.type == "ledger.verified") {
    const bool intact = entry.event.text(record::kOutcomeReason) == "intact";
    entry.meaning.outcome = intact ? Outcome::success : Outcome::failure;
    if (!intact) entry.meaning.severity = Severity::high;
  }
  if (entry.meaning.type == "finding.opened" && entry.finding)
    entry.meaning.severity = severity_of(*entry.finding);
}

}  // namespace

base::Result<Entry> read_entry(std::string_view record, std::optional<Finding> finding) {
  Entry out;
  out.record = record;
  TRY_ASSIGN(out.view, record::read_record(record));
  TRY_ASSIGN(out.event, record::read_event(out.view.event));
  TRY_ASSIGN(out.occurred, base::parse_rfc3339(out.event.plain(record::kTime)));
  out.uid = base::to_hex(record::record_hash(record).view());
  out.tenant = base::tenant_of({std::string(out.view.log)}).value();
  out.meaning = meaning_of(out.event.plain(record::kType));
  out.finding = std::move(finding);
  judge(out);
  return out;
}

}  // namespace countersign::siem
