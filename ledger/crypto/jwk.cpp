#include "ledger/crypto/jwk.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/owners.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <vector>

namespace countersign::crypto {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

using BnPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using ParamBuildPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParamPtr = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

constexpr int kModulusBitsMin = 2048, kModulusBitsMax = 8192;
constexpr int kExponentBitsMax = 64;
constexpr std::size_t kKidSizeMax = 256;
constexpr std::size_t kEd25519Size = 32, kEd25519SignatureSize = 64;

struct Named {
  JwsAlgorithm algorithm;
  std::string_view name;
  const char* digest;  ///< null: the algorithm hashes by itself
};

constexpr std::array<Named, 10> kAlgorithms = {{{JwsAlgorithm::rs256, "RS256", "SHA256"},
                                                {JwsAlgorithm::rs384, "RS384", "SHA384"},
                                                {JwsAlgorithm::rs512, "RS512", "SHA512"},
                                                {JwsAlgorithm::ps256, "PS256", "SHA256"},
                                                {JwsAlgorithm::ps384, "PS384", "SHA384"},
                                                {JwsAlgorithm::ps512, "PS512", "SHA512"},
                                                {JwsAlgorithm::es256, "ES256", "SHA256"},
                                                {JwsAlgorithm::es384, "ES384", "SHA384"},
                                                {JwsAlgorithm::es512, "ES512", "SHA512"},
                                                {JwsAlgorithm::eddsa, "EdDSA", nullptr}}};

const Named& named(JwsAlgorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

bool is_pss(JwsAlgorithm algorithm) {
  return algorithm == JwsAlgorithm::ps256 || algorithm == JwsAlgorithm::ps384 ||
         algorithm == JwsAlgorithm::ps512;
}

auto refuse(std::string_view what) {
  return fail(Code::invalid_argument, "the JSON Web Key " + std::string(what));
}

/// A member's text; empty where it is not there or is no text.
std::string_view text_of(const json::object& from, json::string_view name) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

base::Result<std::vector<std::uint8_t>> bytes_of_member(const json::object& from, json::string_view name) {
  constexpr std::size_t kTextSizeMax = 2048;
  const auto text = text_of(from, name);
  if (text.size() > kTextSizeMax) return refuse("has a member that is too long");
  auto bytes = base::from_base64url(text);
  if (!bytes || bytes->empty()) return refuse("lacks a member, or has one that is not base64url");
  return std::move(*bytes);
}

BnPtr number(base::Bytes bytes) {
  return BnPtr(checked(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)));
}

/// Null where the parameters make no key of that type.
PkeyPtr build_key(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamPtr params(checked(OSSL_PARAM_BLD_to_param(builder)));
  const PkeyCtxPtr context(checked(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)));
  EVP_PKEY* made = nullptr;
  const bool good = EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  PkeyPtr key(made);
  ERR_clear_error();
  return good ? std::move(key) : nullptr;
}

/// r and s side by side as the DER that OpenSSL takes.
std::vector<std::uint8_t> der_of_signature(base::Bytes signature) {
  const auto half = signature.size() / 2;
  const EcdsaSigPtr parts(checked(ECDSA_SIG_new()));
  require(ECDSA_SIG_set0(parts.get(), number(signature.first(half)).release(),
                         number(signature.subspan(half)).release()));
  std::vector<std::uint8_t> der(static_cast<std::size_t>(i2d_ECDSA_SIG(parts.get(), nullptr)));
  auto* at = der.data();
  i2d_ECDSA_SIG(parts.get(), &at);
  return der;
}

}  // namespace

std::optional<JwsAlgorithm> jws_algorithm(std::string_view name) {
  const auto* found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                   [&](const Named& candidate) { return candidate.name == name; });
  if (found == kAlgorithms.end()) return std::nullopt;
  return found->algorithm;
}

std::string_view to_string(JwsAlgorithm algorithm) { return named(algorithm).name; }

struct Jwk::Key {
  PkeyPtr pkey;
};

base::Result<Jwk> Jwk::parse_rsa(const json::object& from) {
  TRY_ASSIGN(const auto modulus, bytes_of_member(from, "n"));
  TRY_ASSIGN(const auto exponent, bytes_of_member(from, "e"));
  const auto n = number(modulus), e = number(exponent);
  const int bits = BN_num_bits(n.get());
  if (bits < kModulusBitsMin || bits > kModulusBitsMax)
    return refuse("is an RSA key of fewer than 2048 or more than 8192 bits");
  if (BN_is_odd(n.get()) != 1 || BN_is_odd(e.get()) != 1 || BN_is_one(e.get()) == 1 ||
      BN_num_bits(e.get()) > kExponentBitsMax)
    return refuse("has numbers that no RSA key has");
  const ParamBuildPtr builder(checked(OSSL_PARAM_BLD_new()));
  require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()));
  require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()));
  auto pkey = build_key("RSA", builder.get());
  if (!pkey) return refuse("is not an RSA key");
  Jwk out;
  out.kind_ = Kind::rsa;
  out.key_ = std::make_shared<const Key>(Key{std::move(pkey)});
  return out;
}

base::Result<Jwk> Jwk::parse_ec(const json::object& from) {
  struct Curve {
    std::string_view name;
    Kind kind;
    std::size_t size;
  };
  static constexpr std::array<Curve, 3> kCurves = {
      {{"P-256", Kind::p256, 32}, {"P-384", Kind::p384, 48}, {"P-521", Kind::p521, 66}}};
  const auto* curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& candidate) {
    return candidate.name == text_of(from, "crv");
  });
  if (curve == kCurves.end()) return refuse("is on another curve than P-256, P-384 and P-521");
  TRY_ASSIGN(const auto x, bytes_of_member(from, "x"));
  TRY_ASSIGN(const auto y, bytes_of_member(from, "y"));
  if (x.size() != curve->size || y.size() != curve->size)
    return refuse("has a coordinate of another length than its curve's");
  std::vector<std::uint8_t> point = {POINT_CONVERSION_UNCOMPRESSED};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const ParamBuildPtr builder(checked(OSSL_PARAM_BLD_new()));
  require(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->name.data(), 0));
  require(
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()));
  auto pkey = build_key("EC", builder.get());  // which looks whether the point is on the curve
  if (!pkey) return refuse("is not a point of its curve");
  Jwk out;
  out.kind_ = curve->kind;
  out.key_ = std::make_shared<const Key>(Key{std::move(pkey)});
  return out;
}

base::Result<Jwk> Jwk::parse_okp(const json::object& from) {
  if (text_of(from, "crv") != "Ed25519") return refuse("is on another curve than Ed25519");
  TRY_ASSIGN(const auto x, bytes_of_member(from, "x"));
  if (x.size() != kEd25519Size) return refuse("is not an Ed25519 key of 32 bytes");
  PkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x.data(), x.size()));
  ERR_clear_error();
  if (!pkey) return refuse("is not an Ed25519 key");
  Jwk out;
  out.kind_ = Kind::ed25519;
  out.key_ = std::make_shared<const Key>(Key{std::move(pkey)});
  return out;
}

base::Result<void> Jwk::read_purpose(const json::object& from) {
  for (const auto name : {"kid", "alg", "use"}) {
    const auto* value = from.if_contains(name);
    if (value != nullptr && !value->is_string()) return refuse("has a kid, alg or use that is no text");
  }
  kid_ = text_of(from, "kid");
  if (kid_.size() > kKidSizeMax) return refuse("has a kid of more than 256 bytes");
  if (from.contains("alg")) {
    only_ = jws_algorithm(text_of(from, "alg"));
    verifies_ = only_.has_value();
  }
  if (from.contains("use") && text_of(from, "use") != "sig") verifies_ = false;
  if (const auto* operations = from.if_contains("key_ops")) {
    if (!operations->is_array()) return refuse("has key_ops that are no list");
    const auto& list = operations->get_array();
    if (std::find(list.begin(), list.end(), json::value("verify")) == list.end()) verifies_ = false;
  }
  return {};
}

base::Result<Jwk> Jwk::parse(const json::object& from) {
  for (const auto name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
    if (from.contains(name)) return refuse("holds a secret: whoever published it must replace the key");
  const auto type = text_of(from, "kty");
  auto key = type == "RSA"   ? parse_rsa(from)
             : type == "EC"  ? parse_ec(from)
             : type == "OKP" ? parse_okp(from)
                             : base::Result<Jwk>(refuse("is of another type than RSA, EC and OKP"));
  if (!key) return key;
  TRY(key->read_purpose(from));
  return key;
}

bool Jwk::kind_fits(Kind kind, JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::es256:
      return kind == Kind::p256;
    case JwsAlgorithm::es384:
      return kind == Kind::p384;
    case JwsAlgorithm::es512:
      return kind == Kind::p521;
    case JwsAlgorithm::eddsa:
      return kind == Kind::ed25519;
    default:
      return kind == Kind::rsa;
  }
}

bool Jwk::fits(JwsAlgorithm algorithm) const {
  return verifies_ && kind_fits(kind_, algorithm) && (!only_ || *only_ == algorithm);
}

std::size_t Jwk::signature_size() const {
  switch (kind_) {
    case Kind::p256:
      return 64;
    case Kind::p384:
      return 96;
    case Kind::p521:
      return 132;
    case Kind::ed25519:
      return kEd25519SignatureSize;
    case Kind::rsa:
      break;
  }
  return static_cast<std::size_t>(EVP_PKEY_get_size(key_->pkey.get()));
}

bool Jwk::verify(JwsAlgorithm algorithm, std::string_view message, base::Bytes signature) const {
  if (!fits(algorithm) || signature.size() != signature_size()) return false;
  std::vector<std::uint8_t> der;
  if (kind_ == Kind::p256 || kind_ == Kind::p384 || kind_ == Kind::p521) {
    der = der_of_signature(signature);
    signature = der;
  }
  const MdCtxPtr context(checked(EVP_MD_CTX_new()));
  EVP_PKEY_CTX* options = nullptr;  // owned by the context
  bool good = EVP_DigestVerifyInit_ex(context.get(), &options, named(algorithm).digest, nullptr, nullptr,
                                      key_->pkey.get(), nullptr) == 1;
  // The salt is as long as the hash (RFC 7518 section 3.5), and MGF1 uses the same hash, as OpenSSL does.
  if (good && is_pss(algorithm))
    good = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
  const auto bytes = base::bytes_of(message);
  good = good &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace countersign::crypto
