#include "collector/ingest/secrets.h"

#include "ledger/crypto/aead.h"

#include <fmt/format.h>

namespace countersign::ingest {

std::string secret_binding(const base::SourceName& source) {
  return fmt::format("countersign/source-secret/v1 {}", source.value());
}

std::vector<std::uint8_t> seal_secret(const base::SourceName& source, std::string_view secret,
                                      const crypto::Secret& key, const crypto::Entropy& entropy) {
  return crypto::Aead(key).seal(base::bytes_of(secret), secret_binding(source), entropy);
}

base::Result<crypto::Secret> open_secret(const base::SourceName& source, base::Bytes sealed,
                                         const vault::Kek& key) {
  auto opened = key.open(sealed, secret_binding(source));
  if (!opened)
    return base::fail(
        base::Code::data_loss,
        fmt::format("the secret of the source {} cannot be opened with the key-encryption key ({}): put back "
                    "the key that it was sealed under (setting keys.vault), or give the secret again: "
                    "countersign source secret {}",
                    source.value(), key.text(), source.value()));
  return opened;
}

base::Result<void> open_secrets(Registry& registry, const vault::Kek& key) {
  for (auto& source : registry.sources()) {
    source.secrets.clear();
    for (const auto& sealed : source.sealed) {
      TRY_ASSIGN(auto opened, open_secret(source.name, sealed, key));
      source.secrets.push_back(std::make_shared<const crypto::Secret>(std::move(opened)));
    }
  }
  return {};
}

base::Result<void> reseal_secrets(Registry& registry, const vault::Kek& key, const crypto::Entropy& entropy) {
  for (auto& source : registry.sources()) {
    for (auto& sealed : source.sealed) {
      if (key.newest_opens(sealed, secret_binding(source.name))) continue;
      TRY_ASSIGN(const auto secret, open_secret(source.name, sealed, key));
      sealed = seal_secret(source.name, base::text_of(secret.view()), key.newest(), entropy);
    }
  }
  return {};
}

}  // namespace countersign::ingest
