#pragma once

#include "ledger/base/types.h"

#include <initializer_list>
#include <memory>
#include <string_view>

namespace countersign::crypto {

/// SHA-256 (FIPS 180-4), fed piece by piece. Reusable: finish() makes it new again. One thread at a time;
/// copies of the underlying context are not made, so keep one for each thread that hashes much.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(base::Bytes bytes);
  Sha256& update(std::string_view text) { return update(base::bytes_of(text)); }
  Sha256& update(std::uint8_t byte) { return update(base::Bytes(&byte, 1)); }
  base::Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// SHA-256 of one message. Thread-safe.
base::Digest sha256(base::Bytes bytes);
inline base::Digest sha256(std::string_view text) { return sha256(base::bytes_of(text)); }

/// HMAC-SHA-256 (RFC 2104) of the parts one after another. Thread-safe.
base::Digest hmac_sha256(base::Bytes key, std::initializer_list<std::string_view> parts);

/// Compares in time that depends on the lengths only.
bool equal_in_constant_time(base::Bytes a, base::Bytes b);

}  // namespace countersign::crypto
