#include "ledger/vault/vault_reader.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/aead.h"
#include "ledger/record/token.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/schema.h"

#include <algorithm>

namespace countersign::vault {

struct VaultReader::Impl {
  sqlite::Connection connection;
  sqlite::Statement by_token;
  sqlite::Statement by_lookup;
  crypto::Aead opening;
  const VaultKeys& keys;
};

VaultReader::VaultReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VaultReader::~VaultReader() = default;
VaultReader::VaultReader(VaultReader&&) noexcept = default;
VaultReader& VaultReader::operator=(VaultReader&&) noexcept = default;

base::Result<VaultReader> VaultReader::open(const std::filesystem::path& vault_file, const VaultKeys& keys) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(vault_file, {}));
  TRY_ASSIGN(auto by_token,
             connection.prepare("SELECT kind,sealed FROM personal WHERE token=?1 AND tenant=?2"));
  TRY_ASSIGN(auto by_lookup, connection.prepare("SELECT token FROM personal WHERE lookup=?1"));
  return VaultReader(std::make_unique<Impl>(
      Impl{std::move(connection), std::move(by_token), std::move(by_lookup), crypto::Aead(keys.data), keys}));
}

base::Result<std::optional<Disclosure>> VaultReader::disclose(const base::TenantId& tenant,
                                                              std::string_view token) {
  TRY_ASSIGN(const auto digest, base::digest_from_base64url(token));
  auto& row = impl_->by_token;
  row.bind_blob(1, digest.view()).bind_text(2, tenant.value());
  TRY_ASSIGN(const bool there, row.step());
  if (!there) {
    row.reset();
    return std::optional<Disclosure>();
  }
  const auto kind = record::parse_kind(row.text(0));
  auto plain = impl_->opening.open(row.blob(1), value_binding(tenant.value(), row.text(0), digest.view()));
  row.reset();
  if (!kind) return base::fail(base::Code::data_loss, "the vault holds a kind of value that is not known");
  if (!plain) return base::fail("the vault's row of a token does not open", plain.error());
  Disclosure disclosure{std::string(token), *kind, {}, {}};
  const auto bytes = plain->view();
  if (bytes.size() < disclosure.salt.size())
    return base::fail(base::Code::data_loss, "a vault row is cut short");
  std::copy_n(bytes.begin(), disclosure.salt.size(), disclosure.salt.begin());
  disclosure.value = base::text_of(bytes.subspan(disclosure.salt.size()));
  if (record::token_digest(*kind, disclosure.salt, disclosure.value) != digest)
    return base::fail(base::Code::data_loss, "a vault row does not belong to its token");
  return std::optional<Disclosure>(std::move(disclosure));
}

base::Result<void> VaultReader::read_all(const base::TenantId& tenant, const Visit& visit) {
  TRY_ASSIGN(auto rows, impl_->connection.prepare("SELECT token,kind,sealed FROM personal WHERE tenant=?1"));
  rows.bind_text(1, tenant.value());
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const auto kind = record::parse_kind(rows.text(1));
    if (!kind) return base::fail(base::Code::data_loss, "the vault holds a kind of value that is not known");
    const auto plain =
        impl_->opening.open(rows.blob(2), value_binding(tenant.value(), rows.text(1), rows.blob(0)));
    if (!plain) return base::fail("the vault's row of a token does not open", plain.error());
    const auto bytes = plain->view();
    if (bytes.size() < sizeof(record::Salt))
      return base::fail(base::Code::data_loss, "a vault row is cut short");
    TRY(visit(*kind, base::to_base64url(rows.blob(0)), base::text_of(bytes.subspan(sizeof(record::Salt)))));
  }
}

base::Result<std::optional<std::string>> VaultReader::find(const base::TenantId& tenant, record::Kind kind,
                                                           std::string_view value) {
  const auto lookup = lookup_of(impl_->keys.lookup, tenant.value(), to_string(kind), value);
  auto& row = impl_->by_lookup;
  row.bind_blob(1, lookup.view());
  TRY_ASSIGN(const bool there, row.step());
  std::optional<std::string> token;
  if (there) token = base::to_base64url(row.blob(0));
  row.reset();
  return token;
}

}  // namespace countersign::vault
