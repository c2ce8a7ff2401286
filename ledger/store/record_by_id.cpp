#include "ledger/store/record_by_id.h"

#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"
#include "ledger/store/store.h"

namespace countersign::store {

struct RecordById::Impl {
  sqlite::Connection connection;
  sqlite::Statement by_key;
  LedgerReader ledger;
};

RecordById::RecordById(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordById::~RecordById() = default;
RecordById::RecordById(RecordById&&) noexcept = default;
RecordById& RecordById::operator=(RecordById&&) noexcept = default;

base::Result<RecordById> RecordById::open(const std::filesystem::path& ledger_file) {
  TRY_ASSIGN(auto ledger, LedgerReader::open(ledger_file));
  TRY_ASSIGN(auto connection, sqlite::Connection::open(ledger_file, {}));
  TRY_ASSIGN(auto by_key, connection.prepare("SELECT place FROM idempotency WHERE key=?1"));
  return RecordById(
      std::make_unique<Impl>(Impl{std::move(connection), std::move(by_key), std::move(ledger)}));
}

base::Result<std::optional<std::string>> RecordById::find(const LogHead& log, std::string_view source,
                                                          std::string_view id) {
  const auto key = event_key(source, id);
  TRY_ASSIGN(const bool there, impl_->by_key.bind_blob(1, key).step());
  const auto place = there ? impl_->by_key.integer(0) : 0;
  impl_->by_key.reset();
  if (!there || log_of_place(place) != log.number) return std::optional<std::string>();
  auto record = impl_->ledger.record(log, base::seq_at(index_of_place(place)));
  if (!record && record.error().code == base::Code::not_found) return std::optional<std::string>();
  if (!record) return base::fail(record.error());
  return std::optional(std::move(*record));
}

}  // namespace countersign::store
