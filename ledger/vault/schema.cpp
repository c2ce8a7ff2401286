#include "ledger/vault/schema.h"

#include "ledger/crypto/aead.h"
#include "ledger/crypto/digest.h"
#include "ledger/sqlite/connection.h"

namespace countersign::vault {
namespace {

constexpr char kSchema[] = R"sql(
CREATE TABLE keys(
  name TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE personal(
  lookup BLOB NOT NULL PRIMARY KEY,
  token BLOB NOT NULL,
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX personal_by_token ON personal(token);
PRAGMA application_id=0x43535654;
PRAGMA user_version=1;
)sql";

constexpr std::string_view kZero("\0", 1);

}  // namespace

base::Result<void> create_vault(const std::filesystem::path& vault_file,
                                const crypto::Secret& key_encryption_key, const crypto::Entropy& entropy) {
  TRY_ASSIGN(auto vault, sqlite::Connection::open(vault_file, {.access = sqlite::Access::create}));
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(vault, sqlite::Transaction::Kind::write));
  TRY(vault.execute(kSchema));
  {
    TRY_ASSIGN(auto insert, vault.prepare("INSERT INTO keys(name,sealed) VALUES(?1,?2)"));
    const crypto::Aead wrapping(key_encryption_key);
    for (const auto name : {kDataKey, kLookupKey}) {
      std::vector<std::uint8_t> bytes(crypto::Aead::kKeySize);
      entropy(bytes);
      const crypto::Secret key(std::move(bytes));
      const auto sealed = wrapping.seal(key.view(), key_binding(name), entropy);
      TRY(insert.bind_text(1, name).bind_blob(2, sealed).run());
    }
  }
  TRY(transaction.commit());
  return vault.empty_wal();
}

std::string key_binding(std::string_view name) { return "countersign/vault-key/v1/" + std::string(name); }

std::string value_binding(std::string_view tenant, std::string_view kind, base::Bytes token) {
  std::string binding;
  binding.append(tenant).append(kZero).append(kind).append(kZero).append(base::text_of(token));
  return binding;
}

base::Digest lookup_of(const crypto::Secret& lookup_key, std::string_view tenant, std::string_view kind,
                       std::string_view value) {
  return crypto::hmac_sha256(lookup_key.view(), {tenant, kZero, kind, kZero, value});
}

}  // namespace countersign::vault
