#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::crypto {

/// The signature algorithms of JSON Web Signature that a public key checks (RFC 7518 section 3.1, RFC 8037
/// section 3.1). There is no `none` and no HMAC here: an attacker who knows the public key, as everybody
/// does, cannot have it used as the secret of an HS256 (RFC 8725 section 2.1).
enum class JwsAlgorithm { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa };

/// By its registered name, which is case-sensitive; absent for every other.
std::optional<JwsAlgorithm> jws_algorithm(std::string_view name);
/// The registered name, for example "RS256".
std::string_view to_string(JwsAlgorithm algorithm);

/// A public key that checks signatures, from a JSON Web Key (RFC 7517). A value whose copies share the key;
/// const calls are thread-safe.
class Jwk {
 public:
  /// Takes RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521, and OKP with Ed25519. invalid_argument: any
  /// other kind, a member that is missing or malformed, a point that is not on its curve, private or
  /// symmetric key material (a key that was published so is not to be believed any more).
  static base::Result<Jwk> parse(const boost::json::object& from);

  /// The `kid`; empty where there is none.
  const std::string& kid() const { return kid_; }

  /// Whether this key may check signatures of that algorithm: its type and curve are the algorithm's, and
  /// `alg`, `use` and `key_ops` (RFC 7517 sections 4.2 to 4.4), as far as they are there, allow it.
  bool fits(JwsAlgorithm algorithm) const;

  /// Whether `signature` is this key's over `message`. False where the algorithm does not fit, and for a
  /// signature of any other length than the algorithm's with this key: an ECDSA signature is r and s side by
  /// side (RFC 7518 section 3.4), so its DER is refused.
  bool verify(JwsAlgorithm algorithm, std::string_view message, base::Bytes signature) const;

 private:
  enum class Kind { rsa, p256, p384, p521, ed25519 };
  struct Key;

  static base::Result<Jwk> parse_rsa(const boost::json::object& from);
  static base::Result<Jwk> parse_ec(const boost::json::object& from);
  static base::Result<Jwk> parse_okp(const boost::json::object& from);
  base::Result<void> read_purpose(const boost::json::object& from);
  static bool kind_fits(Kind kind, JwsAlgorithm algorithm);
  std::size_t signature_size() const;

  std::shared_ptr<const Key> key_;
  Kind kind_ = Kind::rsa;
  std::string kid_;
  std::optional<JwsAlgorithm> only_;  ///< what `alg` says
  bool verifies_ = true;              ///< what `use` and `key_ops` say, and an `alg` that is not ours
};

}  // namespace countersign::crypto
