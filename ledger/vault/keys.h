#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <filesystem>

namespace countersign::vault {

/// The keys of one region's vault, unwrapped. The key-encryption key stays in a file outside the data folder;
/// the data key and the look-up key are kept in the vault, wrapped by it (AES-256-GCM).
struct VaultKeys {
  crypto::Secret data;    ///< seals salts and values
  crypto::Secret lookup;  ///< HMAC-SHA-256 key of the look-up column
};

/// Reads a key-encryption key: a file of 64 hexadecimal digits and a line feed that only its owner can read.
base::Result<crypto::Secret> read_key_encryption_key(const std::filesystem::path& path);

/// Makes such a file; fails where there is one.
base::Result<void> create_key_encryption_key(const std::filesystem::path& path,
                                             const crypto::Entropy& entropy);

/// Unwraps the keys of an existing vault. failed_precondition where the key-encryption key is not the
/// vault's.
base::Result<VaultKeys> open_keys(const std::filesystem::path& vault_file,
                                  const crypto::Secret& key_encryption_key);

}  // namespace countersign::vault
