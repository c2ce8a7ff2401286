#include "ledger/crypto/ed25519.h"

#include "ledger/crypto/owners.h"

#include <cstdlib>

namespace countersign::crypto {

struct Ed25519Key::Impl {
  PkeyPtr pkey;
  Secret seed;
  Ed25519PublicKey public_key{};
};

Ed25519Key::Ed25519Key(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ed25519Key::~Ed25519Key() = default;
Ed25519Key::Ed25519Key(Ed25519Key&&) noexcept = default;
Ed25519Key& Ed25519Key::operator=(Ed25519Key&&) noexcept = default;

base::Result<Ed25519Key> Ed25519Key::from_seed(base::Bytes seed) {
  if (seed.size() != 32)
    return base::fail(base::Code::invalid_argument, "an Ed25519 private key has 32 bytes");
  auto impl = std::make_unique<Impl>();
  impl->pkey.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (!impl->pkey) return openssl_error(base::Code::internal, "cannot load an Ed25519 key");
  std::size_t size = impl->public_key.size();
  require(EVP_PKEY_get_raw_public_key(impl->pkey.get(), impl->public_key.data(), &size));
  impl->seed = Secret(seed);
  return Ed25519Key(std::move(impl));
}

Ed25519Key Ed25519Key::generate(const Entropy& entropy) {
  std::vector<std::uint8_t> seed(32);
  entropy(seed);
  const Secret secret(std::move(seed));
  auto key = from_seed(secret.view());
  if (!key) std::abort();
  return std::move(*key);
}

const Ed25519PublicKey& Ed25519Key::public_key() const { return impl_->public_key; }
base::Bytes Ed25519Key::seed() const { return impl_->seed.view(); }

Ed25519Signature Ed25519Key::sign(std::string_view message) const {
  const MdCtxPtr context(checked(EVP_MD_CTX_new()));
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->pkey.get()));
  Ed25519Signature signature;
  std::size_t size = signature.size();
  const auto bytes = base::bytes_of(message);
  require(EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()));
  return signature;
}

bool verify_ed25519(base::Bytes public_key, std::string_view message, base::Bytes signature) {
  if (public_key.size() != 32 || signature.size() != 64) return false;
  const PkeyPtr pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const MdCtxPtr context(checked(EVP_MD_CTX_new()));
  const auto bytes = base::bytes_of(message);
  const bool genuine =
      pkey && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(), bytes.size()) == 1;
  ERR_clear_error();
  return genuine;
}

}  // namespace countersign::crypto
