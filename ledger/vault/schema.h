#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::vault {

inline constexpr std::string_view kDataKey = "data";
inline constexpr std::string_view kLookupKey = "lookup";

/// Makes an empty vault with fresh keys, wrapped by the key-encryption key. already_exists where there is a
/// file.
base::Result<void> create_vault(const std::filesystem::path& vault_file,
                                const crypto::Secret& key_encryption_key, const crypto::Entropy& entropy);

/// What a wrapped key is bound to.
std::string key_binding(std::string_view name);

/// What a sealed value is bound to, so that a row cannot be passed off as another's.
std::string value_binding(std::string_view tenant, std::string_view kind, base::Bytes token);

/// The look-up column of a value: HMAC-SHA-256 under the look-up key over tenant, kind and value.
base::Digest lookup_of(const crypto::Secret& lookup_key, std::string_view tenant, std::string_view kind,
                       std::string_view value);

}  // namespace countersign::vault
