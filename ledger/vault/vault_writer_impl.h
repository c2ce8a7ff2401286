#pragma once

#include "ledger/crypto/aead.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/vault_writer.h"

#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

// What vault_writer.cpp and vault_rotation.cpp share.
namespace countersign::vault {

/// A look-up value is an HMAC, so its first bytes are as good a hash as any.
struct DigestHash {
  std::size_t operator()(const base::Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.bytes.data(), sizeof hash);
    return hash;
  }
};

/// Remembers the tokens of values met lately: two generations, so that it is bounded and forgets the oldest
/// half at a time. Holds no personal value, only their HMACs and tokens.
class TokenCache {
 public:
  using Map = std::unordered_map<base::Digest, VaultWriter::TokenText, DigestHash>;

  const VaultWriter::TokenText* find(const base::Digest& lookup) {
    if (const auto young = young_.find(lookup); young != young_.end()) return &young->second;
    const auto old = old_.find(lookup);
    if (old == old_.end()) return nullptr;
    return &put(lookup, old->second);
  }
  const VaultWriter::TokenText& put(const base::Digest& lookup, const VaultWriter::TokenText& token) {
    const VaultWriter::TokenText kept = token;
    if (young_.size() >= kGenerationMax) {
      old_ = std::move(young_);
      young_ = {};
    }
    return young_.insert_or_assign(lookup, kept).first->second;
  }
  void clear() {
    young_.clear();
    old_.clear();
  }
  void remove(const base::Digest& lookup) {
    young_.erase(lookup);
    old_.erase(lookup);
  }

 private:
  static constexpr std::size_t kGenerationMax = 100'000;
  Map young_, old_;
};

struct VaultWriter::Impl {
  sqlite::Connection connection;
  sqlite::Statement find;
  sqlite::Statement insert;
  sqlite::Statement find_lookup;
  sqlite::Statement remove;
  VaultKeys keys;
  VaultKeys::GenerationPtr newest;
  std::map<std::uint32_t, crypto::Aead> sealing;  ///< by generation
  crypto::Entropy entropy;
  std::optional<sqlite::Transaction> transaction;
  TokenCache cache;
  std::vector<base::Digest> added;
  std::vector<std::uint8_t> plain;
  bool puts_away = false;
  // The pass that reseal() is in.
  std::vector<std::uint8_t> passed;  ///< look-up of the last row that it has seen
  std::uint64_t met = 0;             ///< rows of older keys
  std::uint64_t unopened = 0;        ///< of these, that did not open

  const crypto::Aead& aead(std::uint32_t generation);
  /// The row's salt and value; data_loss where it does not open.
  base::Result<crypto::Secret> open_row(std::uint32_t generation, std::string_view tenant,
                                        std::string_view kind, base::Bytes token, base::Bytes sealed);
  base::Result<std::optional<TokenText>> token_at(const base::Digest& lookup);
};

}  // namespace countersign::vault
