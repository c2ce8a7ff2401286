#include "ledger/crypto/entropy.h"

#include "ledger/crypto/owners.h"

#include <openssl/rand.h>

namespace countersign::crypto {

Entropy system_entropy() {
  return [](std::span<std::uint8_t> out) { require(RAND_bytes(out.data(), static_cast<int>(out.size()))); };
}

}  // namespace countersign::crypto
