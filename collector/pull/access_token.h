#pragma once

#include "collector/pull/puller.h"

#include <string>

namespace countersign::pull {

/// An access token (RFC 6750), and until when it is to be used.
struct AccessToken {
  std::string text;
  base::Timestamp until;
};

/// A client for the server of an address; `settings` as in PullContext. invalid_argument for an address that
/// is no https:// one, except on loopback.
base::Result<http::Client> client_for(const std::string& url,
                                      const std::map<std::string, std::string>& settings);

/// Posts the request to the token endpoint. The token is to be used until a minute before its end, an hour
/// where the server names none. Blocks. Errors as http::Client::send, unauthenticated where the server
/// refuses (with the `error` code of RFC 6749 section 5.2), and data_loss where it answers what is no token.
base::Result<AccessToken> fetch_token(const TokenRequest& request, const PullContext& context);

}  // namespace countersign::pull
