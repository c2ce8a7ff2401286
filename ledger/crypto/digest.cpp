#include "ledger/crypto/digest.h"

#include "ledger/crypto/owners.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace countersign::crypto {
namespace {

/// Fetched once: an implicit fetch for each message costs more than hashing a record.
const EVP_MD* sha256_algorithm() {
  static const MdPtr kAlgorithm(checked(EVP_MD_fetch(nullptr, "SHA256", nullptr)));
  return kAlgorithm.get();
}

Sha256& thread_hasher() {
  thread_local Sha256 hasher;
  return hasher;
}

}  // namespace

struct Sha256::Context {
  MdCtxPtr md{checked(EVP_MD_CTX_new())};
  void start() { require(EVP_DigestInit_ex2(md.get(), sha256_algorithm(), nullptr)); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { context_->start(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(base::Bytes bytes) {
  require(EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size()));
  return *this;
}

base::Digest Sha256::finish() {
  base::Digest digest;
  require(EVP_DigestFinal_ex(context_->md.get(), digest.bytes.data(), nullptr));
  context_->start();
  return digest;
}

base::Digest sha256(base::Bytes bytes) { return thread_hasher().update(bytes).finish(); }

base::Digest hmac_sha256(base::Bytes key, std::initializer_list<std::string_view> parts) {
  // RFC 2104 over our own SHA-256: EVP_MAC sets itself up anew for each key, which costs more than the
  // hashing.
  constexpr std::size_t kBlock = 64;
  std::uint8_t pad[kBlock] = {};
  if (key.size() > kBlock) {
    const auto hashed = sha256(key);
    std::copy(hashed.bytes.begin(), hashed.bytes.end(), pad);
  } else {
    std::copy(key.begin(), key.end(), pad);
  }
  for (auto& byte : pad) byte ^= 0x36;
  Sha256& hasher = thread_hasher();
  hasher.update(base::Bytes(pad));
  for (const auto part : parts) hasher.update(part);
  const auto inner = hasher.finish();
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  const auto outer = hasher.update(base::Bytes(pad)).update(inner.view()).finish();
  OPENSSL_cleanse(pad, sizeof pad);
  return outer;
}

bool equal_in_constant_time(base::Bytes a, base::Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace countersign::crypto
