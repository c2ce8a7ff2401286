#include "ledger/vault/vault_writer.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/aead.h"
#include "ledger/record/token.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/schema.h"

#include <cstring>
#include <optional>
#include <unordered_map>
#include <vector>

namespace countersign::vault {
namespace {

/// A look-up value is an HMAC, so its first bytes are as good a hash as any.
struct DigestHash {
  std::size_t operator()(const base::Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.bytes.data(), sizeof hash);
    return hash;
  }
};

/// Remembers the tokens of values met lately: two generations, so that it is bounded and forgets the oldest
/// half at a time. Holds no personal value, only their HMACs and tokens.
class TokenCache {
 public:
  using Map = std::unordered_map<base::Digest, VaultWriter::TokenText, DigestHash>;

  const VaultWriter::TokenText* find(const base::Digest& lookup) {
    if (const auto young = young_.find(lookup); young != young_.end()) return &young->second;
    const auto old = old_.find(lookup);
    if (old == old_.end()) return nullptr;
    return &put(lookup, old->second);
  }
  const VaultWriter::TokenText& put(const base::Digest& lookup, const VaultWriter::TokenText& token) {
    const VaultWriter::TokenText kept = token;
    if (young_.size() >= kGenerationMax) {
      old_ = std::move(young_);
      young_ = {};
    }
    return young_.insert_or_assign(lookup, kept).first->second;
  }
  void remove(const base::Digest& lookup) {
    young_.erase(lookup);
    old_.erase(lookup);
  }

 private:
  static constexpr std::size_t kGenerationMax = 100'000;
  Map young_, old_;
};

}  // namespace

struct VaultWriter::Impl {
  sqlite::Connection connection;
  sqlite::Statement find;
  sqlite::Statement insert;
  sqlite::Statement find_lookup;
  sqlite::Statement remove;
  crypto::Aead sealing;
  crypto::Entropy entropy;
  std::optional<sqlite::Transaction> transaction;
  TokenCache cache;
  std::vector<base::Digest> added;
  std::vector<std::uint8_t> plain;
};

VaultWriter::VaultWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VaultWriter::~VaultWriter() = default;
VaultWriter::VaultWriter(VaultWriter&&) noexcept = default;
VaultWriter& VaultWriter::operator=(VaultWriter&&) noexcept = default;

base::Result<VaultWriter> VaultWriter::open(const std::filesystem::path& vault_file, const VaultKeys& keys,
                                            crypto::Entropy entropy, const std::string& vfs) {
  TRY_ASSIGN(auto connection,
             sqlite::Connection::open(
                 vault_file, {.access = sqlite::Access::read_write, .cache_kib = 65536, .vfs = vfs}));
  TRY_ASSIGN(auto find, connection.prepare("SELECT token FROM personal WHERE lookup=?1"));
  TRY_ASSIGN(
      auto insert,
      connection.prepare("INSERT INTO personal(lookup,token,tenant,kind,sealed) VALUES(?1,?2,?3,?4,?5)"));
  TRY_ASSIGN(auto find_lookup,
             connection.prepare("SELECT lookup FROM personal WHERE token=?1 AND tenant=?2"));
  TRY_ASSIGN(auto remove, connection.prepare("DELETE FROM personal WHERE lookup=?1"));
  return VaultWriter(std::make_unique<Impl>(Impl{std::move(connection),
                                                 std::move(find),
                                                 std::move(insert),
                                                 std::move(find_lookup),
                                                 std::move(remove),
                                                 crypto::Aead(keys.data),
                                                 std::move(entropy),
                                                 std::nullopt,
                                                 {},
                                                 {},
                                                 {}}));
}

base::Result<void> VaultWriter::begin() {
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  impl_->transaction.emplace(std::move(transaction));
  return {};
}

base::Result<std::optional<VaultWriter::TokenText>> VaultWriter::known_token(const base::Digest& lookup) {
  if (const auto* known = impl_->cache.find(lookup)) return std::optional<TokenText>(*known);
  impl_->find.bind_blob(1, lookup.view());
  TRY_ASSIGN(const bool there, impl_->find.step());
  base::Digest token;
  const auto blob = there ? impl_->find.blob(0) : base::Bytes();
  const bool whole = blob.size() == token.bytes.size();
  if (whole) std::memcpy(token.bytes.data(), blob.data(), blob.size());
  impl_->find.reset();
  if (!there) return std::optional<TokenText>();
  if (!whole) return base::fail(base::Code::data_loss, "the vault holds a token of a wrong length");
  TokenText text;
  base::write_base64url(token, text.data());
  return std::optional<TokenText>(impl_->cache.put(lookup, text));
}

base::Result<VaultWriter::TokenText> VaultWriter::token_for(std::string_view tenant, record::Kind kind,
                                                            const base::Digest& lookup,
                                                            std::string_view value) {
  TRY_ASSIGN(const auto known, known_token(lookup));
  if (known) return *known;
  record::Salt salt;
  impl_->entropy(salt);
  const auto token = record::token_digest(kind, salt, value);
  impl_->plain.assign(salt.begin(), salt.end());
  impl_->plain.insert(impl_->plain.end(), value.begin(), value.end());
  const auto sealed =
      impl_->sealing.seal(impl_->plain, value_binding(tenant, to_string(kind), token.view()), impl_->entropy);
  TRY(impl_->insert.bind_blob(1, lookup.view())
          .bind_blob(2, token.view())
          .bind_text(3, tenant)
          .bind_text(4, to_string(kind))
          .bind_blob(5, sealed)
          .run());
  impl_->added.push_back(lookup);
  TokenText text;
  base::write_base64url(token, text.data());
  return impl_->cache.put(lookup, text);
}

base::Result<bool> VaultWriter::erase(std::string_view tenant, std::string_view token) {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token));
  impl_->find_lookup.bind_blob(1, digest.view()).bind_text(2, tenant);
  TRY_ASSIGN(const bool there, impl_->find_lookup.step());
  base::Digest lookup;
  const auto blob = there ? impl_->find_lookup.blob(0) : base::Bytes();
  if (blob.size() == lookup.bytes.size()) std::memcpy(lookup.bytes.data(), blob.data(), blob.size());
  impl_->find_lookup.reset();
  if (!there) return false;
  TRY(impl_->remove.bind_blob(1, lookup.view()).run());
  impl_->cache.remove(lookup);
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

base::Result<void> VaultWriter::scrub() {
  TRY_ASSIGN(const auto pages, impl_->connection.scrub());
  static_cast<void>(pages);
  return {};
}

}  // namespace countersign::vault
