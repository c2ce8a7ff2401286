#include "collector/ingest/secrets.h"

#include "ledger/crypto/aead.h"

#include <fmt/format.h>

namespace countersign::ingest {
namespace {

std::string binding_of(const base::SourceName& source) {
  return fmt::format("countersign/source-secret/v1 {}", source.value());
}

}  // namespace

std::vector<std::uint8_t> seal_secret(const base::SourceName& source, std::string_view secret,
                                      const crypto::Secret& key, const crypto::Entropy& entropy) {
  return crypto::Aead(key).seal(base::bytes_of(secret), binding_of(source), entropy);
}

base::Result<void> open_secrets(Registry& registry, const crypto::Secret& key) {
  const crypto::Aead aead(key);
  for (auto& source : registry.sources()) {
    source.secrets.clear();
    for (const auto& sealed : source.sealed) {
      auto opened = aead.open(sealed, binding_of(source.name));
      if (!opened)
        return base::fail(
            base::Code::data_loss,
            fmt::format("the secret of the source {} cannot be opened with the key of [keys] vault; "
                        "give it again: countersign source secret {}",
                        source.name.value(), source.name.value()));
      source.secrets.push_back(std::make_shared<const crypto::Secret>(std::move(*opened)));
    }
  }
  return {};
}

}  // namespace countersign::ingest
