#include "ledger/vault/vault_writer.h"

#include "ledger/base/encoding.h"
#include "ledger/record/token.h"
#include "ledger/vault/schema.h"
#include "ledger/vault/vault_writer_impl.h"

namespace countersign::vault {

VaultWriter::VaultWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VaultWriter::~VaultWriter() = default;
VaultWriter::VaultWriter(VaultWriter&&) noexcept = default;
VaultWriter& VaultWriter::operator=(VaultWriter&&) noexcept = default;

base::Result<VaultWriter> VaultWriter::open(const std::filesystem::path& vault_file, const VaultKeys& keys,
                                            crypto::Entropy entropy, const std::string& vfs) {
  TRY_ASSIGN(auto connection,
             sqlite::Connection::open(
                 vault_file, {.access = sqlite::Access::read_write, .cache_kib = 65536, .vfs = vfs}));
  TRY(migrate(connection));
  auto known = keys;
  TRY(known.learn(connection));
  TRY_ASSIGN(const auto marks, connection.query_integer("SELECT count(*) FROM keys WHERE name='scrub'"));
  TRY_ASSIGN(auto find, connection.prepare("SELECT token FROM personal WHERE lookup=?1"));
  TRY_ASSIGN(
      auto insert,
      connection.prepare(
          "INSERT INTO personal(lookup,token,tenant,kind,sealed,generation) VALUES(?1,?2,?3,?4,?5,?6)"));
  TRY_ASSIGN(
      auto find_lookup,
      connection.prepare("SELECT lookup,generation,kind,sealed FROM personal WHERE token=?1 AND tenant=?2"));
  TRY_ASSIGN(auto remove, connection.prepare("DELETE FROM personal WHERE lookup=?1"));
  auto newest = keys.newest();
  return VaultWriter(std::make_unique<Impl>(Impl{std::move(connection),
                                                 std::move(find),
                                                 std::move(insert),
                                                 std::move(find_lookup),
                                                 std::move(remove),
                                                 std::move(known),
                                                 std::move(newest),
                                                 {},
                                                 std::move(entropy),
                                                 std::nullopt,
                                                 {},
                                                 {},
                                                 {},
                                                 marks > 0,
                                                 {},
                                                 0,
                                                 0}));
}

const crypto::Aead& VaultWriter::Impl::aead(std::uint32_t generation) {
  const auto known = sealing.find(generation);
  if (known != sealing.end()) return known->second;
  return sealing.emplace(generation, crypto::Aead(keys.find(generation)->data)).first->second;
}

base::Result<crypto::Secret> VaultWriter::Impl::open_row(std::uint32_t generation, std::string_view tenant,
                                                         std::string_view kind, base::Bytes token,
                                                         base::Bytes sealed) {
  if (!keys.find(generation))
    return base::fail(base::Code::data_loss, "a row of the vault names keys that the vault does not have");
  TRY_ASSIGN(auto opened, aead(generation).open(sealed, value_binding(tenant, kind, token)));
  if (opened.size() < sizeof(record::Salt))
    return base::fail(base::Code::data_loss, "a vault row is cut short");
  return opened;
}

const VaultKeys::Generation& VaultWriter::newest() const { return *impl_->newest; }

base::Result<void> VaultWriter::begin() {
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  impl_->transaction.emplace(std::move(transaction));
  return {};
}

base::Result<std::optional<VaultWriter::TokenText>> VaultWriter::Impl::token_at(const base::Digest& lookup) {
  find.bind_blob(1, lookup.view());
  TRY_ASSIGN(const bool there, find.step());
  base::Digest token;
  const auto blob = there ? find.blob(0) : base::Bytes();
  const bool whole = blob.size() == token.bytes.size();
  if (whole) std::memcpy(token.bytes.data(), blob.data(), blob.size());
  find.reset();
  if (!there) return std::optional<TokenText>();
  if (!whole) return base::fail(base::Code::data_loss, "the vault holds a token of a wrong length");
  TokenText text;
  base::write_base64url(token, text.data());
  return std::optional<TokenText>(text);
}

base::Result<std::optional<VaultWriter::TokenText>> VaultWriter::known_token(std::string_view tenant,
                                                                             record::Kind kind,
                                                                             const base::Digest& lookup,
                                                                             std::string_view value) {
  if (const auto* known = impl_->cache.find(lookup)) return std::optional<TokenText>(*known);
  TRY_ASSIGN(auto token, impl_->token_at(lookup));
  if (!token && rotating()) {
    for (const auto& keys : impl_->keys.all()) {
      if (keys->number == impl_->newest->number) continue;
      TRY_ASSIGN(token, impl_->token_at(lookup_of(keys->lookup, tenant, to_string(kind), value)));
      if (token) break;
    }
  }
  if (!token) return std::optional<TokenText>();
  return std::optional<TokenText>(impl_->cache.put(lookup, *token));
}

base::Result<VaultWriter::TokenText> VaultWriter::token_for(std::string_view tenant, record::Kind kind,
                                                            const base::Digest& lookup,
                                                            std::string_view value) {
  TRY_ASSIGN(const auto known, known_token(tenant, kind, lookup, value));
  if (known) return *known;
  record::Salt salt;
  impl_->entropy(salt);
  const auto token = record::token_digest(kind, salt, value);
  impl_->plain.assign(salt.begin(), salt.end());
  impl_->plain.insert(impl_->plain.end(), value.begin(), value.end());
  const auto sealed =
      impl_->aead(impl_->newest->number)
          .seal(impl_->plain, value_binding(tenant, to_string(kind), token.view()), impl_->entropy);
  TRY(impl_->insert.bind_blob(1, lookup.view())
          .bind_blob(2, token.view())
          .bind_text(3, tenant)
          .bind_text(4, to_string(kind))
          .bind_blob(5, sealed)
          .bind(6, impl_->newest->number)
          .run());
  impl_->added.push_back(lookup);
  TokenText text;
  base::write_base64url(token, text.data());
  return impl_->cache.put(lookup, text);
}

base::Result<bool> VaultWriter::erase(std::string_view tenant, std::string_view token) {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token));
  auto& row = impl_->find_lookup;
  row.bind_blob(1, digest.view()).bind_text(2, tenant);
  TRY_ASSIGN(const bool there, row.step());
  base::Digest lookup;
  const auto blob = there ? row.blob(0) : base::Bytes();
  if (blob.size() == lookup.bytes.size()) std::memcpy(lookup.bytes.data(), blob.data(), blob.size());
  // The cache files a value under the newest keys, whatever its row is filed under.
  auto cached = lookup;
  if (const auto generation = there ? static_cast<std::uint32_t>(row.integer(1)) : 0;
      there && generation != impl_->newest->number) {
    const auto kind = row.text(2);
    if (const auto plain = impl_->open_row(generation, tenant, kind, digest.view(), row.blob(3)))
      cached = lookup_of(impl_->newest->lookup, tenant, kind,
                         base::text_of(plain->view().subspan(sizeof(record::Salt))));
  }
  row.reset();
  if (!there) return false;
  TRY(impl_->remove.bind_blob(1, lookup.view()).run());
  impl_->cache.remove(lookup);
  impl_->cache.remove(cached);
  return true;
}

base::Result<void> VaultWriter::commit() {
  TRY(impl_->transaction->commit());
  impl_->transaction.reset();
  impl_->added.clear();
  return {};
}

void VaultWriter::rollback() {
  impl_->transaction.reset();
  for (const auto& lookup : impl_->added) impl_->cache.remove(lookup);
  impl_->added.clear();
}

void VaultWriter::move_wal(int pages) {
  if (impl_->connection.wal_pages() > pages) impl_->connection.move_wal();
}

base::Result<void> VaultWriter::empty_wal() { return impl_->connection.empty_wal(); }

base::Result<void> VaultWriter::empty_wal_at_once() {
  TRY(impl_->connection.execute("PRAGMA busy_timeout=20"));
  const auto emptied = impl_->connection.empty_wal();
  TRY(impl_->connection.execute("PRAGMA busy_timeout=2000"));
  return emptied;
}

base::Result<void> VaultWriter::scrub() {
  TRY_ASSIGN(const auto pages, impl_->connection.scrub());
  static_cast<void>(pages);
  return {};
}

}  // namespace countersign::vault
