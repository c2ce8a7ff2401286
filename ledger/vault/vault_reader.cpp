#include "ledger/vault/vault_reader.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/aead.h"
#include "ledger/record/token.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace countersign::vault {

using base::Code;
using base::fail;

struct VaultReader::Impl {
  sqlite::Connection connection;
  VaultKeys keys;
  std::int64_t version = 0;
  std::optional<sqlite::Statement> by_token;
  std::optional<sqlite::Statement> by_lookup;
  std::map<std::uint32_t, crypto::Aead> opening;  ///< by generation

  base::Result<void> prepare();
  base::Result<const crypto::Aead*> aead(std::uint32_t generation);
  base::Result<crypto::Secret> open_row(std::uint32_t generation, base::Bytes sealed,
                                        std::string_view binding);
  std::string_view generation() const { return version == 1 ? "1" : "generation"; }
};

/// Prepares the statements; again where the writer has brought the file to a newer version meanwhile.
base::Result<void> VaultReader::Impl::prepare() {
  if (version == kVaultVersion) return {};
  TRY_ASSIGN(const auto now, read_version(connection));
  if (now == version) return {};
  version = now;
  TRY_ASSIGN(by_token,
             connection.prepare(fmt::format(
                 "SELECT kind,sealed,{} FROM personal WHERE token=?1 AND tenant=?2", generation())));
  TRY_ASSIGN(by_lookup, connection.prepare("SELECT token FROM personal WHERE lookup=?1"));
  return {};
}

base::Result<const crypto::Aead*> VaultReader::Impl::aead(std::uint32_t generation) {
  if (const auto known = opening.find(generation); known != opening.end()) return &known->second;
  if (!keys.find(generation)) TRY(keys.learn(connection));
  const auto found = keys.find(generation);
  if (!found) return fail(Code::data_loss, "a row of the vault names keys that the vault does not have");
  return &opening.emplace(generation, crypto::Aead(found->data)).first->second;
}

base::Result<crypto::Secret> VaultReader::Impl::open_row(std::uint32_t generation, base::Bytes sealed,
                                                         std::string_view binding) {
  TRY_ASSIGN(const auto* key, aead(generation));
  auto plain = key->open(sealed, binding);
  if (!plain) return fail("the vault's row of a token does not open", plain.error());
  if (plain->size() < sizeof(record::Salt)) return fail(Code::data_loss, "a vault row is cut short");
  return plain;
}

VaultReader::VaultReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VaultReader::~VaultReader() = default;
VaultReader::VaultReader(VaultReader&&) noexcept = default;
VaultReader& VaultReader::operator=(VaultReader&&) noexcept = default;

base::Result<VaultReader> VaultReader::open(const std::filesystem::path& vault_file, const VaultKeys& keys) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(vault_file, {}));
  auto impl =
      std::make_unique<Impl>(Impl{std::move(connection), keys.separate(), 0, std::nullopt, std::nullopt, {}});
  TRY(impl->prepare());
  return VaultReader(std::move(impl));
}

base::Result<std::optional<Disclosure>> VaultReader::disclose(const base::TenantId& tenant,
                                                              std::string_view token) {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token));
  TRY(impl_->prepare());
  auto& row = *impl_->by_token;
  row.bind_blob(1, digest.view()).bind_text(2, tenant.value());
  TRY_ASSIGN(const bool there, row.step());
  if (!there) {
    row.reset();
    return std::optional<Disclosure>();
  }
  const auto kind = record::parse_kind(row.text(0));
  auto plain = impl_->open_row(static_cast<std::uint32_t>(row.integer(2)), row.blob(1),
                               value_binding(tenant.value(), row.text(0), digest.view()));
  row.reset();
  if (!kind) return fail(Code::data_loss, "the vault holds a kind of value that is not known");
  if (!plain) return fail(plain.error());
  Disclosure disclosure{std::string(token), *kind, {}, {}};
  const auto bytes = plain->view();
  std::copy_n(bytes.begin(), disclosure.salt.size(), disclosure.salt.begin());
  disclosure.value = base::text_of(bytes.subspan(disclosure.salt.size()));
  if (record::token_digest(*kind, disclosure.salt, disclosure.value) != digest)
    return fail(Code::data_loss, "a vault row does not belong to its token");
  return std::optional<Disclosure>(std::move(disclosure));
}

base::Result<void> VaultReader::read_all(const base::TenantId& tenant, const Visit& visit) {
  TRY(impl_->prepare());
  TRY_ASSIGN(auto rows,
             impl_->connection.prepare(fmt::format(
                 "SELECT token,kind,sealed,{} FROM personal WHERE tenant=?1", impl_->generation())));
  rows.bind_text(1, tenant.value());
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const auto kind = record::parse_kind(rows.text(1));
    if (!kind) return fail(Code::data_loss, "the vault holds a kind of value that is not known");
    TRY_ASSIGN(const auto plain, impl_->open_row(static_cast<std::uint32_t>(rows.integer(3)), rows.blob(2),
                                                 value_binding(tenant.value(), rows.text(1), rows.blob(0))));
    TRY(visit(*kind, base::to_base64url(rows.blob(0)),
              base::text_of(plain.view().subspan(sizeof(record::Salt)))));
  }
}

base::Result<std::optional<std::string>> VaultReader::find(const base::TenantId& tenant, record::Kind kind,
                                                           std::string_view value) {
  TRY(impl_->prepare());
  // One view of the file for keys and rows, so that a row that is filed anew meanwhile is not missed.
  TRY_ASSIGN(const auto view, sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::read));
  TRY_ASSIGN(const auto numbers, generations_in(impl_->connection));
  for (const auto number : numbers) {
    if (!impl_->keys.find(number)) TRY(impl_->keys.learn(impl_->connection));
    const auto keys = impl_->keys.find(number);
    if (!keys) return fail(Code::data_loss, "the vault lacks a key");
    const auto lookup = lookup_of(keys->lookup, tenant.value(), to_string(kind), value);
    auto& row = *impl_->by_lookup;
    row.bind_blob(1, lookup.view());
    TRY_ASSIGN(const bool there, row.step());
    std::optional<std::string> token;
    if (there) token = base::to_base64url(row.blob(0));
    row.reset();
    if (token) return token;
  }
  return std::optional<std::string>();
}

}  // namespace countersign::vault
