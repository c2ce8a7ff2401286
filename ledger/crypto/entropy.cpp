#include "ledger/crypto/entropy.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/owners.h"

#include <openssl/rand.h>

#include <array>

namespace countersign::crypto {
namespace {

constexpr std::size_t kIdBytes = 16;

}  // namespace

Entropy system_entropy() {
  return [](std::span<std::uint8_t> out) { require(RAND_bytes(out.data(), static_cast<int>(out.size()))); };
}

std::string random_id(const Entropy& entropy) {
  std::array<std::uint8_t, kIdBytes> bytes{};
  entropy(bytes);
  return base::to_hex(bytes);
}

bool is_random_id(std::string_view text) {
  return text.size() == 2 * kIdBytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string random_token(const Entropy& entropy) {
  std::array<std::uint8_t, 32> bytes{};
  entropy(bytes);
  return base::to_base64url(bytes);
}

}  // namespace countersign::crypto
