#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "web/oidc/fetch.h"
#include "web/oidc/options.h"
#include "web/oidc/provider.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::oidc {

/// What the caller keeps of a sign-in while the browser is at the provider, bound to that browser (a
/// server-side entry under a cookie of its own: HttpOnly, Secure, SameSite=Lax). It serves one finish(), good
/// or bad, and is forgotten before that is called. `nonce` and `code_verifier` are secrets.
struct Kept {
  std::string state;
  std::string nonce;
  std::string code_verifier;
  base::Timestamp begun;
};

struct Begun {
  std::string url;  ///< where the browser is sent
  Kept kept;
};

/// Who signed in, as the provider tells it. Nothing but issuer and subject together names a person for good:
/// addresses and names change hands, and some providers let people choose theirs.
struct Identity {
  std::string issuer;
  std::string subject;
  std::string external_id;  ///< as Options::external_id_claim; empty: the token has none
  std::string sid;          ///< the session at the provider, for back-channel logout; empty: none
  std::string email;        ///< empty: none
  bool email_verified = false;
  std::string name;                 ///< for display; empty: none
  std::vector<std::string> groups;  ///< as the roles claim names them
  std::vector<std::string> roles;   ///< that the groups give, sorted. Empty: the person may do nothing
  std::optional<std::int64_t> auth_time_s;  ///< POSIX seconds
  std::string acr;
  std::vector<std::string> amr;  ///< RFC 8176, for example "otp", "hwk"
};

/// Signs people in with an OpenID Provider: authorization code flow (OpenID Connect Core 1.0 section 3.1)
/// with PKCE (RFC 7636, S256), `state`, `nonce`, and the `iss` of RFC 9207. Blocks while it speaks to the
/// provider, so its functions belong on a worker thread. Any thread.
class SignIn {
 public:
  /// How long a person may take at the provider.
  static constexpr std::int64_t kMostS = 900;

  /// `options` have passed check(); they and `provider`, which is of the same issuer, outlive this.
  SignIn(const Options& options, Provider& provider, Fetch fetch, base::Clock clock, crypto::Entropy entropy);

  /// Begins a sign-in. Fails as Provider::metadata.
  base::Result<Begun> begin();

  /// Ends a sign-in with the query that the browser brought to redirect_uri, without the '?'. Where the ID
  /// token lacks the roles claim or the address, the userinfo endpoint is asked for what is missing, if there
  /// is one. unauthenticated: not the answer to this sign-in (`state`, `iss`, the code), too late, or a token
  /// that is not to be believed; the message names what is wrong. permission_denied: the person or the
  /// provider said no. failed_precondition: the provider and these options do not agree, it left the groups
  /// out, or its certificate is not trusted. data_loss: it answers what is no answer. unavailable: the
  /// provider has trouble. No message holds a value of the person's.
  base::Result<Identity> finish(const Kept& kept, std::string_view query);

 private:
  base::Result<Identity> identity_of(const boost::json::object& claims, std::string_view access_token,
                                     const Metadata& metadata) const;

  const Options& options_;
  Provider& provider_;
  const Fetch fetch_;
  const base::Clock clock_;
  const crypto::Entropy entropy_;
};

}  // namespace countersign::oidc
