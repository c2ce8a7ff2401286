#include "ledger/crypto/rsa.h"

#include "ledger/crypto/der.h"
#include "ledger/crypto/owners.h"

#include <array>

namespace countersign::crypto {

using base::Code;
using base::fail;

base::Result<std::string> sign_rs256(std::string_view private_key_pem, std::string_view message) {
  constexpr int kBitsMin = 2048, kBitsMax = 8192;
  const auto bio = memory_bio(private_key_pem);
  // An empty passphrase instead of OpenSSL's question on the terminal.
  std::array<char, 1> no_passphrase{};
  const PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_passphrase.data()));
  ERR_clear_error();
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1 || EVP_PKEY_get_bits(key.get()) < kBitsMin ||
      EVP_PKEY_get_bits(key.get()) > kBitsMax)
    return fail(Code::invalid_argument,
                "not an RSA private key of 2048 to 8192 bits in PEM without a passphrase");
  const MdCtxPtr context(checked(EVP_MD_CTX_new()));
  if (EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) != 1)
    return openssl_error(Code::internal, "RS256");
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  const auto* bytes = base::bytes_of(message).data();
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                     message.size()) != 1)
    return openssl_error(Code::internal, "RS256");
  signature.resize(size);
  return signature;
}

}  // namespace countersign::crypto
