#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"
#include "ledger/vault/kek.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

namespace countersign::sqlite {
class Connection;
}

namespace countersign::vault {

/// The keys of one region's vault, unwrapped. They are kept in the vault, wrapped by the key-encryption key
/// (AES-256-GCM). A rotation makes the next generation of them; until the last row is sealed and filed under
/// it there are two. A handle: copies share what it holds, so each sees a rotation. Thread-safe.
class VaultKeys {
 public:
  struct Generation {
    std::uint32_t number = 1;
    crypto::Secret data;    ///< seals salts and values
    crypto::Secret lookup;  ///< HMAC-SHA-256 key of the look-up column
  };
  using GenerationPtr = std::shared_ptr<const Generation>;

  VaultKeys();

  /// Under which new values are sealed and filed; null in a handle that was never loaded.
  GenerationPtr newest() const;
  /// Null where it is not known.
  GenerationPtr find(std::uint32_t number) const;
  /// Newest first.
  std::vector<GenerationPtr> all() const;
  std::size_t size() const;

  /// A handle of its own with what this one holds now.
  VaultKeys separate() const;

  /// Learns the generations that the vault has and this does not. Reads the key-encryption key anew where the
  /// one that is known does not open them. failed_precondition where it is not the vault's.
  base::Result<void> learn(sqlite::Connection& vault);
  /// Another key-encryption key, for what learn() will meet.
  void set_kek(Kek kek);
  Kek kek() const;
  void add(GenerationPtr generation);
  /// Forgets all but the newest.
  void keep_newest();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Unwraps the keys of an existing vault. failed_precondition where the key-encryption key is not the
/// vault's; data_loss where the file is no vault or was made by a newer version.
base::Result<VaultKeys> open_keys(const std::filesystem::path& vault_file, const Kek& kek);
inline base::Result<VaultKeys> open_keys(const std::filesystem::path& vault_file,
                                         const crypto::Secret& key_encryption_key) {
  return open_keys(vault_file, Kek(key_encryption_key));
}

/// How many values stand under the keys of each generation.
base::Result<std::map<std::uint32_t, std::uint64_t>> rows_by_generation(
    const std::filesystem::path& vault_file);

}  // namespace countersign::vault
