#include "web/api/shown_record.h"

#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"

#include <utility>

namespace countersign::api {

base::Result<ShownRecord> read_shown(const View& view, std::uint64_t seq) {
  using base::Code;
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  const auto gone = [] { return base::fail(Code::not_found, "there is no such record that you may see"); };
  const auto log = reader.log(view.tenant);
  if (!log && log.error().code == Code::not_found) return gone();
  if (!log) return base::fail(log.error());
  auto bytes = reader.record(*log, base::seq_at(seq));
  if (!bytes && bytes.error().code == Code::not_found && view.period) return gone();
  TRY(bytes);
  TRY_ASSIGN(const auto record, record::read_record(*bytes));
  if (!view.shows(record.received)) return gone();
  const auto received = record.received;
  return ShownRecord{std::move(*bytes), received};
}

}  // namespace countersign::api
