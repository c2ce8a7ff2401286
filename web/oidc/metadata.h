#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/jwk.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::oidc {

/// What a provider says of itself (OpenID Connect Discovery 1.0 section 3), as far as it is used here.
struct Metadata {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string userinfo_endpoint;  ///< empty: none
  /// With what it signs ID tokens, of those that are known here; RS256 where it does not say.
  std::vector<crypto::JwsAlgorithm> algorithms;
  bool takes_basic = true;  ///< client_secret_basic, also where it does not say
  bool takes_post = false;  ///< client_secret_post
  /// It names itself in its answers through the browser (`iss`, RFC 9207 section 3).
  bool names_itself = false;
};

/// Where a provider's metadata is (OpenID Connect Discovery 1.0 section 4).
std::string metadata_url(std::string_view issuer);

/// Reads the document. failed_precondition: it is of another issuer, has no code flow or no PKCE with S256,
/// signs with nothing that is known here, or names an address that may not be spoken to. data_loss: it is
/// malformed.
base::Result<Metadata> parse_metadata(std::string_view text, std::string_view issuer, bool http_on_loopback);

}  // namespace countersign::oidc
