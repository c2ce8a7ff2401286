#include "ledger/store/recorded.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/record/retired_context.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"
#include "ledger/store/store.h"

#include <fmt/format.h>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

/// One look-up of what was recorded.
class Recorded {
 public:
  Recorded(LedgerReader& reader, sqlite::Statement place, const LogHead& system)
      : reader_(reader), place_(std::move(place)), system_(system) {}

  base::Result<void> check(const RecordedPart& now) {
    const auto key = event_key(kApplianceSource, now.id);
    TRY_ASSIGN(const bool there, place_.bind_blob(1, key).step());
    const auto place = there ? place_.integer(0) : -1;
    place_.reset();
    if (!there || log_of_place(place) != system_.number || index_of_place(place) >= system_.size) return {};
    const auto record = reader_.record(system_, base::seq_at(index_of_place(place)));
    if (!record && record.error().code == Code::not_found) return {};
    if (!record) return fail(record.error());
    TRY_ASSIGN(const auto view, record::read_record(*record));
    TRY_ASSIGN(const auto event, record::read_event(view.event));
    if (event.plain(record::kTime) == base::format_rfc3339(now.time) &&
        event.text(record::kActionContext) == now.context)
      return {};
    return fail(
        Code::data_loss,
        fmt::format("what is stated of '{}' is not what was recorded when it was done ({}, record {})",
                    now.id, system_.name.text, index_of_place(place)));
  }

 private:
  LedgerReader& reader_;
  sqlite::Statement place_;
  const LogHead& system_;
};

}  // namespace

RecordedPart recorded(const SegmentStatement& sealed) {
  return {fmt::format("sealed/{}/{}/{}", base::tenant_of(sealed.log).value(), sealed.begin, sealed.part),
          sealed.sealed,
          fmt::format("records {} to {}, part {} of {}: {} records, root {}, statement_sha256={}",
                      sealed.begin, sealed.end - 1, sealed.part + 1, sealed.parts, sealed.records,
                      base::to_base64(sealed.root.view()),
                      base::to_hex(crypto::sha256(format_segment(sealed)).view()))};
}

RecordedPart recorded(const RetirementStatement& retired) {
  return {record::retired_event_id(base::tenant_of(retired.log), retired.begin, retired.part),
          retired.retired,
          record::retired_context({retired.begin, retired.end, retired.part, retired.records, retired.root,
                                   retired.rule, retired.keep})};
}

base::Result<void> check_recorded(LedgerReader& reader, sqlite::Connection& ledger, const LogHead& log,
                                  const LogHead& system) {
  TRY_ASSIGN(const auto ranges, reader.sealed(log));
  if (ranges.empty()) return {};
  TRY_ASSIGN(auto place, ledger.prepare("SELECT place FROM idempotency WHERE key=?1"));
  Recorded found(reader, std::move(place), system);
  for (const auto& range : ranges) {
    for (const auto& part : range.parts) {
      TRY(found.check(recorded(part.statement)));
      if (part.retired) TRY(found.check(recorded(*part.retired)));
    }
  }
  return {};
}

}  // namespace countersign::store
