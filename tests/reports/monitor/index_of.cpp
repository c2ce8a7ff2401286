#include "tests/reports/monitor/index_of.h"

#include "ledger/projection/columns.h"
#include "ledger/projection/record_rows.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace countersign::testing {
namespace {

template <class T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

IndexOf::IndexOf(const std::vector<std::string>& records) {
  auto index = need(sqlite::Connection::open(file(), {.access = sqlite::Access::create}));
  need(index.execute(projection::index_schema()));
  add(records, 0);
}

void IndexOf::add(const std::vector<std::string>& records, std::size_t from) {
  auto index = need(sqlite::Connection::open(file(), {.access = sqlite::Access::read_write}));
  auto transaction = need(sqlite::Transaction::begin(index, sqlite::Transaction::Kind::write));
  auto rows = need(projection::RecordRows::prepare(index));
  for (auto seq = from; seq < records.size(); ++seq)
    need(rows.add(kLog, store::place_of(kLog, seq), records[seq]));
  need(rows.flush());
  need(index.execute(
      fmt::format("INSERT OR REPLACE INTO progress(log, next) VALUES({}, {})", kLog, records.size())));
  need(transaction.commit());
  size_ = records.size();
}

}  // namespace countersign::testing
