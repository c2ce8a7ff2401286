#pragma once

#include "ledger/base/result.h"
#include "web/auth/oidc_accounts.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace countersign::api {
class OidcProviders;
}

namespace countersign::apps {

class Table;

/// What `[oidc.NAME]` says of an OpenID Provider.
struct OidcSettings {
  std::string name, display_name, issuer, client_id;
  std::filesystem::path client_secret_file;  ///< empty: a public client, which proves itself by PKCE alone
  std::filesystem::path ca_file;             ///< empty: the system's authorities
  std::vector<std::string> scopes = {"openid", "profile", "email"};
  std::vector<std::string> roles_claim;
  std::int64_t clock_skew_s = 60;
  std::vector<auth::GroupRights> rights;
  bool provisioned = false;  ///< over SCIM: `[[scim.rights]]` say what groups give, and `rights` is empty
  std::string external_id_claim;  ///< see oidc::Options; empty: its default
};

/// Reads the tables of all providers. invalid_argument names the first member that is wrong.
base::Result<std::vector<OidcSettings>> read_oidc(Table& top, const std::filesystem::path& folder);

/// Whether they can be used by an appliance whose access.address is `address`. invalid_argument otherwise. No
/// secret is read.
base::Result<void> check_oidc(const std::vector<OidcSettings>& providers, const std::string& address);

/// Where the provider sends browsers back to.
std::string redirect_uri_of(const std::string& address, const std::string& name);

/// Reads the secrets and gets ready to speak to the providers, of which none is asked yet.
/// failed_precondition: others can read a file with a secret. not_found: there is none.
base::Result<std::unique_ptr<api::OidcProviders>> start_oidc(const std::vector<OidcSettings>& providers,
                                                             const std::string& address);

}  // namespace countersign::apps
