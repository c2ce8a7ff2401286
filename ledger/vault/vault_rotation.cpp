#include "ledger/base/encoding.h"
#include "ledger/record/token.h"
#include "ledger/vault/schema.h"
#include "ledger/vault/vault_writer_impl.h"

#include <fmt/format.h>

#include <string>

namespace countersign::vault {
namespace {

using base::Code;
using base::fail;

struct Row {
  std::vector<std::uint8_t> lookup, token, sealed;
  std::string tenant, kind;
  std::uint32_t generation = 0;
};

std::vector<std::uint8_t> copy_of(base::Bytes bytes) { return {bytes.begin(), bytes.end()}; }

crypto::Secret fresh_key(const crypto::Entropy& entropy) {
  std::vector<std::uint8_t> bytes(crypto::Aead::kKeySize);
  entropy(bytes);
  return crypto::Secret(std::move(bytes));
}

}  // namespace

bool VaultWriter::rotating() const { return impl_->keys.size() > 1; }
bool VaultWriter::puts_away() const { return impl_->puts_away; }
std::uint64_t VaultWriter::unopened() const { return impl_->unopened; }

base::Result<void> VaultWriter::begin_rotation(std::uint32_t number, const Kek& kek) {
  if (impl_->newest->number >= number) return {};
  if (rotating())
    return fail(Code::failed_precondition,
                "the vault's keys are being rotated already; wait until it is done");
  if (number != impl_->newest->number + 1)
    return fail(Code::invalid_argument, "generations of a vault's keys are numbered without gaps");
  VaultKeys::Generation fresh;
  fresh.number = number;
  fresh.data = fresh_key(impl_->entropy);
  fresh.lookup = fresh_key(impl_->entropy);
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  {
    TRY_ASSIGN(auto insert, impl_->connection.prepare("INSERT INTO keys(name,sealed) VALUES(?1,?2)"));
    const crypto::Aead wrapping(kek.newest());
    for (const auto& [which, key] :
         {std::pair(kDataKey, &fresh.data), std::pair(kLookupKey, &fresh.lookup)}) {
      const auto name = key_name(which, number);
      const auto sealed = wrapping.seal(key->view(), key_binding(name), impl_->entropy);
      TRY(insert.bind_text(1, name).bind_blob(2, sealed).run());
    }
  }
  TRY(transaction.commit());
  impl_->newest = std::make_shared<const VaultKeys::Generation>(std::move(fresh));
  impl_->keys.add(impl_->newest);
  impl_->cache.clear();
  impl_->passed.clear();
  impl_->met = 0;
  impl_->unopened = 0;
  return {};
}

base::Result<VaultWriter::Reseal> VaultWriter::reseal(std::size_t rows) {
  std::vector<Row> old;
  std::size_t seen = 0;
  std::vector<std::uint8_t> last;
  {
    TRY_ASSIGN(auto select,
               impl_->connection.prepare("SELECT lookup,generation,token,tenant,kind,sealed FROM personal "
                                         "WHERE lookup>?1 ORDER BY lookup LIMIT ?2"));
    select.bind_blob(1, impl_->passed).bind(2, static_cast<std::int64_t>(rows));
    for (;; ++seen) {
      TRY_ASSIGN(const bool row, select.step());
      if (!row) break;
      last = copy_of(select.blob(0));
      const auto generation = static_cast<std::uint32_t>(select.integer(1));
      if (generation != impl_->newest->number)
        old.push_back({last, copy_of(select.blob(2)), copy_of(select.blob(5)), std::string(select.text(3)),
                       std::string(select.text(4)), generation});
    }
  }
  std::uint64_t unopened = 0;
  if (!old.empty()) {
    TRY_ASSIGN(auto transaction,
               sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
    {
      TRY_ASSIGN(auto update, impl_->connection.prepare(
                                  "UPDATE personal SET lookup=?1,sealed=?2,generation=?3 WHERE lookup=?4"));
      for (const auto& row : old) {
        const auto plain = impl_->open_row(row.generation, row.tenant, row.kind, row.token, row.sealed);
        if (!plain) {
          ++unopened;
          continue;
        }
        const auto value = base::text_of(plain->view().subspan(sizeof(record::Salt)));
        const auto lookup = lookup_of(impl_->newest->lookup, row.tenant, row.kind, value);
        const auto sealed =
            impl_->aead(impl_->newest->number)
                .seal(plain->view(), value_binding(row.tenant, row.kind, row.token), impl_->entropy);
        const auto filed = update.bind_blob(1, lookup.view())
                               .bind_blob(2, sealed)
                               .bind(3, impl_->newest->number)
                               .bind_blob(4, row.lookup)
                               .run();
        // Another row has the value already: a damage, too, that the older keys are kept for.
        if (!filed && filed.error().code == Code::already_exists) {
          ++unopened;
          continue;
        }
        TRY(filed);
      }
    }
    TRY(transaction.commit());
  }
  // Only now does it count: a batch that was rolled back is looked at again.
  impl_->unopened += unopened;
  impl_->met += old.size();
  if (seen == rows) {
    impl_->passed = std::move(last);
    return Reseal::more;
  }
  // Rows that are filed anew go elsewhere in the table, so only a pass that met none to file is the last.
  const auto met = impl_->met;
  impl_->passed.clear();
  impl_->met = 0;
  if (met == 0) return Reseal::done;
  if (met == impl_->unopened) return Reseal::blocked;
  impl_->unopened = 0;
  return Reseal::more;
}

base::Result<void> VaultWriter::end_rotation() {
  if (!rotating()) return {};
  TRY_ASSIGN(const auto left,
             impl_->connection.query_integer(fmt::format(
                 "SELECT EXISTS(SELECT 1 FROM personal WHERE generation<>{})", impl_->newest->number)));
  if (left != 0)
    return fail(Code::failed_precondition, "rows of the vault still stand under older keys, which stay");
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  {
    TRY_ASSIGN(auto remove, impl_->connection.prepare("DELETE FROM keys WHERE name=?1"));
    for (const auto& keys : impl_->keys.all()) {
      if (keys->number == impl_->newest->number) continue;
      for (const auto which : {kDataKey, kLookupKey})
        TRY(remove.bind_text(1, key_name(which, keys->number)).run());
    }
    TRY(impl_->connection.execute("INSERT OR REPLACE INTO keys(name,sealed) VALUES('scrub',x'')"));
  }
  TRY(transaction.commit());
  impl_->keys.keep_newest();
  std::erase_if(impl_->sealing, [&](const auto& one) { return one.first != impl_->newest->number; });
  impl_->puts_away = true;
  return {};
}

base::Result<bool> VaultWriter::is_wrapped_by(const Kek& kek) const {
  TRY_ASSIGN(auto select, impl_->connection.prepare("SELECT name,sealed FROM keys"));
  for (;;) {
    TRY_ASSIGN(const bool row, select.step());
    if (!row) return true;
    const std::string name(select.text(0));
    if (name != kScrubMark && !kek.newest_opens(select.blob(1), key_binding(name))) return false;
  }
}

base::Result<void> VaultWriter::rewrap(const Kek& kek) {
  std::vector<std::pair<std::string, crypto::Secret>> outdated;
  {
    TRY_ASSIGN(auto select, impl_->connection.prepare("SELECT name,sealed FROM keys"));
    for (;;) {
      TRY_ASSIGN(const bool row, select.step());
      if (!row) break;
      const std::string name(select.text(0));
      const auto sealed = select.blob(1);
      if (name == kScrubMark || kek.newest_opens(sealed, key_binding(name))) continue;
      auto key = kek.open(sealed, key_binding(name));
      if (!key)
        return fail(
            Code::failed_precondition,
            fmt::format("a key of the vault is not wrapped with the key-encryption key ({})", kek.text()));
      outdated.emplace_back(name, std::move(*key));
    }
  }
  if (!outdated.empty()) {
    TRY_ASSIGN(auto transaction,
               sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
    {
      TRY_ASSIGN(auto update, impl_->connection.prepare("UPDATE keys SET sealed=?1 WHERE name=?2"));
      const crypto::Aead wrapping(kek.newest());
      for (const auto& [name, key] : outdated) {
        const auto sealed = wrapping.seal(key.view(), key_binding(name), impl_->entropy);
        TRY(update.bind_blob(1, sealed).bind_text(2, name).run());
      }
      TRY(impl_->connection.execute("INSERT OR REPLACE INTO keys(name,sealed) VALUES('scrub',x'')"));
    }
    TRY(transaction.commit());
    impl_->puts_away = true;
  }
  impl_->keys.set_kek(kek);
  return {};
}

base::Result<void> VaultWriter::put_away() {
  if (!impl_->puts_away) return {};
  TRY(empty_wal_at_once());
  TRY(scrub());
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  TRY(impl_->connection.execute("DELETE FROM keys WHERE name='scrub'"));
  TRY(transaction.commit());
  impl_->puts_away = false;
  return {};
}

}  // namespace countersign::vault
