#pragma once

#include "collector/ingest/registry.h"
#include "ledger/vault/kek.h"

namespace countersign::ingest {

/// What a source's sealed secret is bound to.
std::string secret_binding(const base::SourceName& source);

/// A secret of a source, sealed (AES-256-GCM) under the appliance's key-encryption key and bound to the
/// source's name.
std::vector<std::uint8_t> seal_secret(const base::SourceName& source, std::string_view secret,
                                      const crypto::Secret& key, const crypto::Entropy& entropy);

/// Opens one. Errors as open_secrets.
base::Result<crypto::Secret> open_secret(const base::SourceName& source, base::Bytes sealed,
                                         const vault::Kek& key);

/// Opens the secrets of every source of a registry that was just read. data_loss names the source whose
/// secret does not open: it was sealed under another key, or altered. Nothing is changed on disk.
base::Result<void> open_secrets(Registry& registry, const vault::Kek& key);

/// Seals the secrets of every source under the newest of `key`, where they are not already. Errors as
/// open_secrets.
base::Result<void> reseal_secrets(Registry& registry, const vault::Kek& key, const crypto::Entropy& entropy);

/// Seals the secrets of every source in the file at `path` under the newest of `key`, where they are not
/// already, in one change of the file. Errors as open_secrets, and then nothing changes.
base::Result<void> reseal_secrets(const std::filesystem::path& path, const vault::Kek& key,
                                  const crypto::Entropy& entropy);

}  // namespace countersign::ingest
