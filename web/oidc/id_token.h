#pragma once

#include "ledger/base/result.h"
#include "web/oidc/options.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string_view>

namespace countersign::oidc {

/// What an ID token must answer to.
struct Expected {
  std::string_view nonce;
  std::int64_t now_s = 0;
};

/// Checks the claims of an ID token whose signature is good (OpenID Connect Core 1.0 section 3.1.3.7):
/// issuer, audience, party, expiry, time of issue, nonce, and `sub`; with Options::max_age_s the time of
/// authentication, with Options::acr_values what was asked for. unauthenticated names the first claim that is
/// wrong.
base::Result<void> check_id_token(const boost::json::object& claims, const Options& options,
                                  const Expected& expected);

/// A `sub`, which is at most 255 ASCII characters (OpenID Connect Core 1.0 section 2).
bool is_subject(std::string_view text);

}  // namespace countersign::oidc
