#include "ledger/crypto/aead.h"

#include "ledger/crypto/owners.h"

#include <algorithm>
#include <cstdlib>

namespace countersign::crypto {
namespace {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

}  // namespace

struct Aead::Contexts {
  CipherCtxPtr sealing{checked(EVP_CIPHER_CTX_new())};
  CipherCtxPtr opening{checked(EVP_CIPHER_CTX_new())};
};

Aead::Aead(const Secret& key) : contexts_(std::make_unique<Contexts>()) {
  if (key.size() != kKeySize) std::abort();
  const auto* cipher = EVP_aes_256_gcm();
  require(EVP_EncryptInit_ex(contexts_->sealing.get(), cipher, nullptr, key.view().data(), nullptr));
  require(EVP_DecryptInit_ex(contexts_->opening.get(), cipher, nullptr, key.view().data(), nullptr));
}
Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

std::vector<std::uint8_t> Aead::seal(base::Bytes plain, std::string_view associated,
                                     const Entropy& entropy) const {
  std::vector<std::uint8_t> out(kOverhead + plain.size());
  entropy(std::span(out).first(kNonceSize));
  auto* context = contexts_->sealing.get();
  int written = 0;
  require(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, out.data()));
  const auto aad = base::bytes_of(associated);
  require(EVP_EncryptUpdate(context, nullptr, &written, aad.data(), static_cast<int>(aad.size())));
  require(EVP_EncryptUpdate(context, out.data() + kNonceSize, &written, plain.data(),
                            static_cast<int>(plain.size())));
  require(EVP_EncryptFinal_ex(context, out.data() + kNonceSize + plain.size(), &written));
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagSize, out.data() + out.size() - kTagSize));
  return out;
}

base::Result<Secret> Aead::open(base::Bytes sealed, std::string_view associated) const {
  if (sealed.size() < kOverhead) return base::fail(base::Code::data_loss, "a sealed value is cut short");
  auto* context = contexts_->opening.get();
  std::vector<std::uint8_t> plain(sealed.size() - kOverhead);
  std::uint8_t tag[kTagSize];
  std::copy(sealed.end() - kTagSize, sealed.end(), tag);
  int written = 0;
  require(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, sealed.data()));
  const auto aad = base::bytes_of(associated);
  require(EVP_DecryptUpdate(context, nullptr, &written, aad.data(), static_cast<int>(aad.size())));
  require(EVP_DecryptUpdate(context, plain.data(), &written, sealed.data() + kNonceSize,
                            static_cast<int>(plain.size())));
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagSize, tag));
  std::uint8_t none = 0;
  const bool genuine = EVP_DecryptFinal_ex(context, &none, &written) == 1;
  ERR_clear_error();
  Secret opened(std::move(plain));
  if (!genuine)
    return base::fail(base::Code::data_loss, "a sealed value was altered or is sealed under another key");
  return opened;
}

}  // namespace countersign::crypto
