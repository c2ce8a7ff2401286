#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace countersign::crypto {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// An Ed25519 signing key (RFC 8032, PureEdDSA). Signing is const and thread-safe.
class Ed25519Key {
 public:
  /// From the 32-byte seed (RFC 8032 section 5.1.5, the private key).
  static base::Result<Ed25519Key> from_seed(base::Bytes seed);
  static Ed25519Key generate(const Entropy& entropy);
  ~Ed25519Key();
  Ed25519Key(Ed25519Key&&) noexcept;
  Ed25519Key& operator=(Ed25519Key&&) noexcept;

  const Ed25519PublicKey& public_key() const;
  base::Bytes seed() const;
  Ed25519Signature sign(std::string_view message) const;

 private:
  struct Impl;
  explicit Ed25519Key(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether `signature` (64 bytes) is the key's over `message`. False for any other length. Thread-safe.
bool verify_ed25519(base::Bytes public_key, std::string_view message, base::Bytes signature);

}  // namespace countersign::crypto
