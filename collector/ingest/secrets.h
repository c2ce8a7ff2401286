#pragma once

#include "collector/ingest/registry.h"

namespace countersign::ingest {

/// A secret of a source, sealed (AES-256-GCM) under the appliance's key-encryption key and bound to the
/// source's name.
std::vector<std::uint8_t> seal_secret(const base::SourceName& source, std::string_view secret,
                                      const crypto::Secret& key, const crypto::Entropy& entropy);

/// Opens the secrets of every source of a registry that was just read. data_loss names the source whose
/// secret does not open: it was sealed under another key, or altered.
base::Result<void> open_secrets(Registry& registry, const crypto::Secret& key);

}  // namespace countersign::ingest
