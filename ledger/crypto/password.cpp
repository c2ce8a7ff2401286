#include "ledger/crypto/password.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/owners.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace countersign::crypto {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kSaltBytes = 16, kSaltBytesMax = 64, kHashBytes = 32;
constexpr std::uint64_t kMemoryMax = 1u << 30;

struct Hashed {
  ScryptCost cost;
  std::vector<std::uint8_t> salt, hash;
};

std::uint64_t memory_of(const ScryptCost& cost) {
  return 128ull * cost.r * ((std::uint64_t{1} << cost.log2_n) + cost.p) + 4096;
}

std::vector<std::uint8_t> scrypt(std::string_view password, base::Bytes salt, const ScryptCost& cost) {
  static const KdfPtr kScrypt(checked(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr)));
  const KdfCtxPtr context(checked(EVP_KDF_CTX_new(kScrypt.get())));
  std::uint64_t n = std::uint64_t{1} << cost.log2_n, memory = memory_of(cost);
  std::uint32_t r = cost.r, p = cost.p;
  // The parameters are read only.
  auto* secret = const_cast<char*>(password.data() != nullptr ? password.data() : "");
  auto* salted = const_cast<std::uint8_t*>(salt.data());
  const std::array parameters{
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, secret, password.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salted, salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
      OSSL_PARAM_construct_end()};
  std::vector<std::uint8_t> out(kHashBytes);
  require(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()));
  return out;
}

std::string unpadded(base::Bytes bytes) {
  auto text = base::to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::vector<std::uint8_t>> from_unpadded(std::string_view text) {
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  auto bytes = base::from_base64(padded);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

/// Takes `name` and the number behind it off the front.
std::optional<unsigned> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value == 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<Hashed> parse(std::string_view text) {
  const auto log2_n = take_number(text, "$scrypt$ln="), r = take_number(text, ",r="),
             p = take_number(text, ",p=");
  if (!log2_n || !r || !p || *log2_n > 24 || *r > 64 || *p > 64 || !text.starts_with('$'))
    return std::nullopt;
  text.remove_prefix(1);
  const auto middle = text.find('$');
  if (middle == std::string_view::npos) return std::nullopt;
  auto salt = from_unpadded(text.substr(0, middle)), hash = from_unpadded(text.substr(middle + 1));
  if (!salt || !hash || salt->empty() || salt->size() > kSaltBytesMax || hash->size() != kHashBytes)
    return std::nullopt;
  Hashed out{{*log2_n, *r, *p}, std::move(*salt), std::move(*hash)};
  return memory_of(out.cost) <= kMemoryMax ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::string hash_password(std::string_view password, const Entropy& entropy, ScryptCost cost) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  entropy(salt);
  return fmt::format("$scrypt$ln={},r={},p={}${}${}", cost.log2_n, cost.r, cost.p, unpadded(salt),
                     unpadded(scrypt(password, salt, cost)));
}

base::Result<bool> password_is(std::string_view password, std::string_view hashed) {
  const auto known = parse(hashed);
  if (!known) return fail(Code::data_loss, "the hash of a password cannot be read");
  const auto now = scrypt(password, known->salt, known->cost);
  return CRYPTO_memcmp(now.data(), known->hash.data(), kHashBytes) == 0;
}

void spend_on_no_password(std::string_view password, ScryptCost cost) {
  constexpr std::array<std::uint8_t, kSaltBytes> kNoSalt{};
  static_cast<void>(scrypt(password, kNoSalt, cost));
}

}  // namespace countersign::crypto
