#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sqlite {
class Connection;
}

namespace countersign::vault {

inline constexpr std::string_view kDataKey = "data";
inline constexpr std::string_view kLookupKey = "lookup";
/// In the table `keys` while the file may still hold bytes of keys that were put away.
inline constexpr std::string_view kScrubMark = "scrub";

/// 1: one generation of keys. 2: each row names its generation.
inline constexpr std::int64_t kVaultVersion = 2;

/// Makes an empty vault with fresh keys, wrapped by the key-encryption key. already_exists where there is a
/// file.
base::Result<void> create_vault(const std::filesystem::path& vault_file,
                                const crypto::Secret& key_encryption_key, const crypto::Entropy& entropy);

/// The version of a vault's file; data_loss where it is none, or of a version that is newer than this
/// program.
base::Result<std::int64_t> read_version(sqlite::Connection& vault);

/// Brings an older vault to kVaultVersion, in one transaction. The connection writes.
base::Result<void> migrate(sqlite::Connection& vault);

/// The name of a generation's key: `data` and `lookup` of the first, `data/2` and so on of later ones.
std::string key_name(std::string_view which, std::uint32_t generation);

/// The generations that the vault has keys of, newest first.
base::Result<std::vector<std::uint32_t>> generations_in(sqlite::Connection& vault);

/// What a wrapped key is bound to.
std::string key_binding(std::string_view name);

/// What a sealed value is bound to, so that a row cannot be passed off as another's.
std::string value_binding(std::string_view tenant, std::string_view kind, base::Bytes token);

/// The look-up column of a value: HMAC-SHA-256 under the look-up key over tenant, kind and value.
base::Digest lookup_of(const crypto::Secret& lookup_key, std::string_view tenant, std::string_view kind,
                       std::string_view value);

}  // namespace countersign::vault
