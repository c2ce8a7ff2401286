#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/jwk.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::oidc {

/// What a token is said to be: the `typ` that its header may bear (RFC 8725 section 3.11).
enum class TokenKind {
  id,      ///< JWT, or none
  logout,  ///< logout+jwt, JWT, or none (Back-Channel Logout 1.0 section 2.4)
};

/// A JWS in compact serialisation (RFC 7515 section 7.1), taken apart and not yet checked.
struct Jws {
  crypto::JwsAlgorithm algorithm{};
  std::string kid;  ///< empty: none
  std::string signed_text;
  std::vector<std::uint8_t> signature;
  boost::json::object claims;  ///< to be believed only once the signature has been checked
};

inline constexpr std::size_t kTokenBytesMax = 16 * 1024;

/// Takes a token apart. unauthenticated: longer than kTokenBytesMax, not three parts of canonical base64url,
/// a header or payload that is no JSON object with unique members, an algorithm that is not among
/// crypto::JwsAlgorithm (so `none` and the HMACs), `crit` or `b64` (there is no extension that we know, RFC
/// 7515 section 4.1.11), `zip`, a nested token, a `typ` that is of another kind. A key or an address of a key
/// in the header (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
base::Result<Jws> parse_jws(std::string_view token, TokenKind kind);

enum class Genuine {
  yes,
  no,      ///< the key that the token names did not sign it
  no_key,  ///< no key of the set is the one that the token names, or it names none and none of them signed it
};

/// The keys that a provider publishes (RFC 7517 section 5). A value; const calls are thread-safe.
class KeySet {
 public:
  static constexpr std::size_t kKeysMax = 100;

  /// Keys that cannot check a signature (of other types, too short, for encryption) are left out, as the
  /// standard asks. data_loss: not a key set, or more than kKeysMax keys.
  static base::Result<KeySet> parse(std::string_view text);

  std::size_t size() const { return keys_.size(); }

  /// A token with a `kid` is checked with the keys of that `kid` only, one without with every key that fits
  /// its algorithm.
  Genuine check(const Jws& jws) const;

 private:
  std::vector<crypto::Jwk> keys_;
};

}  // namespace countersign::oidc
