#include "tests/web/webauthn/authenticator.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdlib>

namespace countersign::testing {
namespace {

namespace json = boost::json;

using base::Bytes;
using webauthn::Algorithm;

void require(bool good) {
  if (!good) std::abort();
}

EVP_PKEY* make_key(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
      return EVP_EC_gen("P-256");
    case Algorithm::eddsa:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case Algorithm::rs256:
      return EVP_RSA_gen(2048);
  }
  return nullptr;
}

ByteVector number(const EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  ByteVector out(size);
  require(BN_bn2binpad(value, out.data(), static_cast<int>(size)) == static_cast<int>(size));
  BN_free(value);
  return out;
}

/// The key in the canonical form of CTAP 2.1 section 8.
ByteVector cose_key_of(const EVP_PKEY* key, Algorithm algorithm) {
  const auto pair = [](std::int64_t label, const ByteVector& value) {
    return join({cbor_integer(label), value});
  };
  const auto alg = pair(3, cbor_integer(static_cast<std::int64_t>(algorithm)));
  switch (algorithm) {
    case Algorithm::es256:
      return join({cbor_head(5, 5), pair(1, cbor_integer(2)), alg, pair(-1, cbor_integer(1)),
                   pair(-2, cbor_bytes(number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32))),
                   pair(-3, cbor_bytes(number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32)))});
    case Algorithm::eddsa: {
      ByteVector x(32);
      std::size_t size = x.size();
      require(EVP_PKEY_get_raw_public_key(key, x.data(), &size) == 1 && size == x.size());
      return join({cbor_head(5, 4), pair(1, cbor_integer(1)), alg, pair(-1, cbor_integer(6)),
                   pair(-2, cbor_bytes(x))});
    }
    case Algorithm::rs256:
      return join({cbor_head(5, 4), pair(1, cbor_integer(3)), alg,
                   pair(-1, cbor_bytes(number(key, OSSL_PKEY_PARAM_RSA_N, 256))),
                   pair(-2, cbor_bytes(number(key, OSSL_PKEY_PARAM_RSA_E, 3)))});
  }
  return {};
}

std::string base64url(std::string_view text) { return base::to_base64url(base::bytes_of(text)); }

}  // namespace

ByteVector join(std::initializer_list<Bytes> parts) {
  ByteVector out;
  for (const auto part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

ByteVector cbor_head(unsigned major, std::uint64_t argument) {
  const unsigned size = argument < 24             ? 0
                        : argument <= 0xff        ? 1
                        : argument <= 0xffff      ? 2
                        : argument <= 0xffff'ffff ? 4
                                                  : 8;
  const unsigned info = size == 0   ? static_cast<unsigned>(argument)
                        : size == 1 ? 24
                        : size == 2 ? 25
                        : size == 4 ? 26
                                    : 27;
  ByteVector out{static_cast<std::uint8_t>(major << 5U | info)};
  for (unsigned i = size; i > 0; --i) out.push_back(static_cast<std::uint8_t>(argument >> (8U * (i - 1))));
  return out;
}

ByteVector cbor_integer(std::int64_t value) {
  return value >= 0 ? cbor_head(0, static_cast<std::uint64_t>(value))
                    : cbor_head(1, static_cast<std::uint64_t>(-1 - value));
}

ByteVector cbor_bytes(Bytes value) { return join({cbor_head(2, value.size()), value}); }

ByteVector cbor_text(std::string_view value) {
  return join({cbor_head(3, value.size()), base::bytes_of(value)});
}

void Authenticator::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Authenticator::Authenticator(Algorithm algorithm) : algorithm_(algorithm), key_(make_key(algorithm)) {
  require(key_ != nullptr);
  cose_key = cose_key_of(key_.get(), algorithm);
}
Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;
Authenticator& Authenticator::operator=(Authenticator&&) noexcept = default;

std::string Authenticator::client_data(std::string_view ceremony, Bytes challenge) const {
  json::object out{{"type", type.empty() ? std::string(ceremony) : type},
                   {"challenge", base::to_base64url(challenge)},
                   {"origin", origin}};
  if (cross_origin) out["crossOrigin"] = *cross_origin;
  if (top_origin) out["topOrigin"] = *top_origin;
  for (const auto& member : more_client_data) out[member.key()] = member.value();
  return json::serialize(out);
}

ByteVector Authenticator::authenticator_data(bool attested) const {
  unsigned bits = flags;
  if (attested) bits |= kAttested;
  if (!extension_data.empty()) bits |= kExtensions;
  auto out = join({crypto::sha256(rp_id).view()});
  out.push_back(static_cast<std::uint8_t>(bits));
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(sign_count >> shift));
  if ((bits & kAttested) != 0) {
    const std::uint8_t size[] = {static_cast<std::uint8_t>(id.size() >> 8U),
                                 static_cast<std::uint8_t>(id.size())};
    out = join({out, aaguid, size, id, cose_key});
  }
  return join({out, extension_data, behind_data});
}

ByteVector Authenticator::sign(Bytes data, std::string_view client_data) const {
  const auto hash = crypto::sha256(client_data);
  const auto message = join({data, hash.view()});
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* digest = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
  require(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1);
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  ByteVector out(size);
  require(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  out.resize(size);
  return out;
}

ByteVector Authenticator::attestation_object(Bytes data, const std::string& client_data) const {
  auto own = cbor_head(5, 0);
  if (format == "packed") {
    own = join({cbor_head(5, 2), cbor_text("alg"), cbor_integer(static_cast<std::int64_t>(algorithm_)),
                cbor_text("sig"), cbor_bytes(sign(data, client_data))});
  }
  return join({cbor_head(5, 3), cbor_text("fmt"), cbor_text(format), cbor_text("attStmt"),
               statement.value_or(own), cbor_text("authData"), cbor_bytes(data), behind_object});
}

Authenticator::Parts Authenticator::make(Bytes challenge) const {
  Parts out;
  out.client_data = client_data("webauthn.create", challenge);
  out.data = authenticator_data(true);
  out.object = attestation_object(out.data, out.client_data);
  return out;
}

Authenticator::Parts Authenticator::get(Bytes challenge) const {
  Parts out;
  out.client_data = client_data("webauthn.get", challenge);
  out.data = authenticator_data(false);
  out.signature = sign(out.data, out.client_data);
  return out;
}

json::object Authenticator::registration(const Parts& parts) const {
  const auto name = base::to_base64url(id);
  return {{"id", name},
          {"rawId", name},
          {"type", "public-key"},
          {"authenticatorAttachment", "platform"},
          {"clientExtensionResults", json::object()},
          {"response",
           {{"clientDataJSON", base64url(parts.client_data)},
            {"attestationObject", base::to_base64url(parts.object)},
            {"transports", json::array(transports.begin(), transports.end())}}}};
}

json::object Authenticator::authentication(const Parts& parts) const {
  const auto name = base::to_base64url(id);
  json::object out{{"id", name},
                   {"rawId", name},
                   {"type", "public-key"},
                   {"authenticatorAttachment", "platform"},
                   {"clientExtensionResults", json::object()},
                   {"response",
                    {{"clientDataJSON", base64url(parts.client_data)},
                     {"authenticatorData", base::to_base64url(parts.data)},
                     {"signature", base::to_base64url(parts.signature)}}}};
  if (user_handle) out["response"].as_object()["userHandle"] = base::to_base64url(*user_handle);
  return out;
}

std::string Authenticator::answer_make(Bytes challenge) const {
  return json::serialize(registration(make(challenge)));
}

std::string Authenticator::answer_get(Bytes challenge) const {
  return json::serialize(authentication(get(challenge)));
}

webauthn::Credential Authenticator::credential() const {
  webauthn::Credential out;
  out.id = id;
  out.public_key = cose_key;
  out.sign_count = sign_count;
  out.backup_eligible = (flags & kBackupEligible) != 0;
  out.backed_up = (flags & kBackedUp) != 0;
  out.transports = {"hybrid", "internal"};
  out.aaguid = aaguid;
  return out;
}

}  // namespace countersign::testing
