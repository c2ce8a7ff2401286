#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::oidc {

/// How the client proves itself at the token endpoint (OpenID Connect Core 1.0 section 9).
enum class ClientAuth {
  automatic,  ///< `none` without a secret; otherwise what the provider announces, `basic` before `post`
  basic,      ///< client_secret_basic
  post,       ///< client_secret_post
  none,       ///< a public client: PKCE alone
};

/// Which of our roles a group of the provider gives. A group may give several.
using RoleMapping = std::multimap<std::string, std::string, std::less<>>;

/// What an operator says of one OpenID Provider.
struct Options {
  /// The exact text that the provider calls itself. For Entra ID the address with the directory's own id; the
  /// shared one ("common") has no issuer of its own and cannot be used.
  std::string issuer;
  std::string client_id;
  crypto::Secret client_secret;  ///< empty: a public client
  ClientAuth client_auth = ClientAuth::automatic;
  /// Where the provider sends the browser back to, as registered there. With several providers each has one
  /// of its own (RFC 9700 section 4.4.2).
  std::string redirect_uri;
  std::vector<std::string> scopes = {"openid", "profile", "email"};

  /// The way to the claim that names a person's groups, one member a step: {"groups"}, or
  /// {"realm_access", "roles"}. Empty: nobody has a role by this provider.
  std::vector<std::string> roles_claim;
  RoleMapping roles;

  /// The claim of the ID token by which another system of the provider's knows the person: `oid` with Entra
  /// ID.
  std::string external_id_claim = "sub";

  /// Audiences that may stand in an ID token beside client_id; any other has the token refused.
  std::vector<std::string> other_audiences;
  /// How long ago the person may have proved itself to the provider, in seconds.
  std::optional<std::int64_t> max_age_s;
  /// Asked of the provider, and the `acr` that it answers must be one of them. Empty: any.
  std::vector<std::string> acr_values;
  std::int64_t clock_skew_s = 60;  ///< 0 to 300

  std::filesystem::path ca_file;  ///< authorities in PEM that are trusted instead of the system's
  /// Whether the provider may be spoken to over plain http on this machine; everywhere else it is https.
  bool http_on_loopback = false;
};

/// invalid_argument names the first setting that cannot be right, and what would be.
base::Result<void> check(const Options& options);

/// Whether an address is one that this module speaks to: https, or http on this machine where that is
/// allowed. invalid_argument otherwise; the message does not repeat the address.
base::Result<void> check_address(std::string_view url, bool http_on_loopback);

}  // namespace countersign::oidc
