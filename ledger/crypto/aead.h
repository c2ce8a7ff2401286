#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace countersign::crypto {

/// AES-256-GCM (NIST SP 800-38D) under one key with random 96-bit nonces. A sealed value is
/// nonce[12] || ciphertext || tag[16]. At most 2^32 values should be sealed under one key. Sealing and
/// opening set up one context each, so one thread at a time.
class Aead {
 public:
  static constexpr std::size_t kKeySize = 32;
  static constexpr std::size_t kOverhead = 12 + 16;

  /// `key` has kKeySize bytes.
  explicit Aead(const Secret& key);
  ~Aead();
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;

  /// Seals `plain`, bound to `associated`, which is not stored.
  std::vector<std::uint8_t> seal(base::Bytes plain, std::string_view associated,
                                 const Entropy& entropy) const;

  /// Opens what seal() made with the same key and `associated`; data_loss where either differs or a byte
  /// changed.
  base::Result<Secret> open(base::Bytes sealed, std::string_view associated) const;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace countersign::crypto
