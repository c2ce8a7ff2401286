#include "ledger/crypto/mac.h"

#include "ledger/crypto/owners.h"

#include <openssl/evp.h>

namespace countersign::crypto {
namespace {

const char* name_of(Hash algorithm) {
  switch (algorithm) {
    case Hash::md5:
      return "MD5";
    case Hash::sha1:
      return "SHA1";
    case Hash::sha256:
      return "SHA256";
    case Hash::sha512:
      return "SHA512";
  }
  return "";
}

}  // namespace

std::vector<std::uint8_t> hash(Hash algorithm, std::string_view message) {
  std::vector<std::uint8_t> out(EVP_MAX_MD_SIZE);
  std::size_t size = 0;
  require(
      EVP_Q_digest(nullptr, name_of(algorithm), nullptr, message.data(), message.size(), out.data(), &size));
  out.resize(size);
  return out;
}

std::vector<std::uint8_t> hmac(Hash algorithm, base::Bytes key, std::string_view message) {
  std::vector<std::uint8_t> out(EVP_MAX_MD_SIZE);
  std::size_t size = 0;
  const auto* bytes = base::bytes_of(message).data();
  checked(EVP_Q_mac(nullptr, "HMAC", nullptr, name_of(algorithm), nullptr, key.data(), key.size(), bytes,
                    message.size(), out.data(), out.size(), &size));
  out.resize(size);
  return out;
}

}  // namespace countersign::crypto
