#include "ledger/vault/schema.h"

#include "ledger/crypto/aead.h"
#include "ledger/crypto/digest.h"
#include "ledger/sqlite/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::vault {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kApplicationId = 0x43535654;  // "CSVT"

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
  sealed BLOB NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX personal_by_token ON personal(token);
PRAGMA application_id=0x43535654;
PRAGMA user_version=2;
)sql";

constexpr char kFromVersion1[] =
    "ALTER TABLE personal ADD COLUMN generation INTEGER NOT NULL DEFAULT 1; PRAGMA user_version=2";

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

base::Result<std::int64_t> read_version(sqlite::Connection& vault) {
  TRY_ASSIGN(const auto application, vault.query_integer("PRAGMA application_id"));
  if (application != kApplicationId) return fail(Code::data_loss, "the file is not a vault");
  TRY_ASSIGN(const auto version, vault.query_integer("PRAGMA user_version"));
  if (version < 1 || version > kVaultVersion)
    return fail(
        Code::data_loss,
        fmt::format("the vault has format {}, this program knows formats up to {}: install the version "
                    "that wrote it, or a newer one. Nothing was changed",
                    version, kVaultVersion));
  return version;
}

base::Result<void> migrate(sqlite::Connection& vault) {
  TRY_ASSIGN(const auto version, read_version(vault));
  if (version == kVaultVersion) return {};
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(vault, sqlite::Transaction::Kind::write));
  TRY(vault.execute(kFromVersion1));
  return transaction.commit();
}

std::string key_name(std::string_view which, std::uint32_t generation) {
  return generation == 1 ? std::string(which) : fmt::format("{}/{}", which, generation);
}

base::Result<std::vector<std::uint32_t>> generations_in(sqlite::Connection& vault) {
  TRY_ASSIGN(auto statement, vault.prepare("SELECT name FROM keys"));
  std::vector<std::uint32_t> numbers;
  for (;;) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    const auto name = statement.text(0);
    if (name == kDataKey) numbers.push_back(1);
    if (!name.starts_with(kDataKey) || name.size() <= kDataKey.size() + 1) continue;
    const auto digits = name.substr(kDataKey.size() + 1);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || key_name(kDataKey, number) != name)
      return fail(Code::data_loss, "the vault has a key of a name that is not known");
    numbers.push_back(number);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
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
