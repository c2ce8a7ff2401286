#include "ledger/vault/keys.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/aead.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/schema.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace countersign::vault {
namespace {

using base::Code;
using base::fail;

base::Result<crypto::Secret> unwrap(sqlite::Connection& vault, const crypto::Aead& wrapping,
                                    std::string_view name) {
  TRY_ASSIGN(auto statement, vault.prepare("SELECT sealed FROM keys WHERE name=?1"));
  statement.bind_text(1, name);
  TRY_ASSIGN(const bool there, statement.step());
  if (!there) return fail(Code::data_loss, fmt::format("the vault has no {} key", name));
  auto opened = wrapping.open(statement.blob(0), key_binding(name));
  if (!opened)
    return fail(
        Code::failed_precondition,
        "the key-encryption key is not the one that this vault was made with; configure the right file "
        "(keys.kek)");
  return opened;
}

}  // namespace

base::Result<crypto::Secret> read_key_encryption_key(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return fail(Code::failed_precondition,
                fmt::format("{} can be read by others; run: chmod 600 {}", path.string(), path.string()));
  TRY_ASSIGN(auto text, base::read_file(path, 1024));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto bytes = base::from_hex(text);
  if (!bytes || bytes->size() != crypto::Aead::kKeySize)
    return fail(Code::invalid_argument, fmt::format("{} must hold 64 hexadecimal digits", path.string()));
  return crypto::Secret(std::move(*bytes));
}

base::Result<void> create_key_encryption_key(const std::filesystem::path& path,
                                             const crypto::Entropy& entropy) {
  std::vector<std::uint8_t> bytes(crypto::Aead::kKeySize);
  entropy(bytes);
  const crypto::Secret key(std::move(bytes));
  return base::create_file_durably(path, base::to_hex(key.view()) + "\n", base::FileMode::secret);
}

base::Result<VaultKeys> open_keys(const std::filesystem::path& vault_file,
                                  const crypto::Secret& key_encryption_key) {
  TRY_ASSIGN(auto vault, sqlite::Connection::open(vault_file, {}));
  const crypto::Aead wrapping(key_encryption_key);
  VaultKeys keys;
  TRY_ASSIGN(keys.data, unwrap(vault, wrapping, kDataKey));
  TRY_ASSIGN(keys.lookup, unwrap(vault, wrapping, kLookupKey));
  return keys;
}

}  // namespace countersign::vault
