#include "ledger/vault/presence.h"

namespace countersign::vault {

base::Result<Presence> Presence::open(const std::filesystem::path& vault_file) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(vault_file, {}));
  TRY_ASSIGN(auto by_token, connection.prepare("SELECT 1 FROM personal WHERE token=?1 AND tenant=?2"));
  return Presence(std::move(connection), std::move(by_token));
}

base::Result<bool> Presence::has(const base::TenantId& tenant, const base::Digest& token) {
  by_token_.bind_blob(1, token.view()).bind_text(2, tenant.value());
  TRY_ASSIGN(const bool there, by_token_.step());
  by_token_.reset();
  return there;
}

}  // namespace countersign::vault
