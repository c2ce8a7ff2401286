#pragma once

#include "ledger/base/result.h"
#include "web/oidc/fetch.h"
#include "web/oidc/metadata.h"
#include "web/oidc/options.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace countersign::oidc {

// What the appliance says to a provider directly, not through the browser. Blocking.

struct Tokens {
  std::string id_token;
  std::string access_token;  ///< empty: none that could be used
};

/// Redeems an authorization code at the token endpoint (OpenID Connect Core 1.0 section 3.1.3, RFC 7636
/// section 4.5). unauthenticated: the code is not good (any more). failed_precondition: the provider does not
/// take our client, or no way of authentication that it knows is left. unavailable: it cannot be reached, or
/// has trouble. data_loss: an answer without an ID token.
base::Result<Tokens> redeem(const Options& options, const Metadata& metadata, const Fetch& fetch,
                            std::string_view code, std::string_view code_verifier);

/// What the userinfo endpoint says of the person (OpenID Connect Core 1.0 section 5.3). unauthenticated: it
/// speaks of somebody else than `subject`. unavailable: it cannot be had. data_loss: it is malformed, or
/// signed.
base::Result<boost::json::object> fetch_user_info(const Metadata& metadata, const Fetch& fetch,
                                                  std::string_view access_token, std::string_view subject);

/// An `error` of a provider (RFC 6749 sections 4.1.2.1 and 5.2) as it may be shown and logged: the code as it
/// came where it is made of lower-case letters and underscores, otherwise "an unknown error". The provider's
/// prose is never shown: it may name the person, and through the browser anybody can write it.
std::string shown_error(std::string_view code);

}  // namespace countersign::oidc
