#pragma once

#include "apps/oidc_settings.h"
#include "ledger/base/result.h"
#include "web/auth/group_rights.h"

#include <string>
#include <vector>

namespace countersign::apps {

class Table;

/// Reads a table of `[[oidc.NAME.rights]]` or `[[scim.rights]]`, which `member` spells. invalid_argument
/// names what is wrong.
base::Result<auth::GroupRights> read_group_rights(Table& table, const std::string& member);

/// What `[scim]` says of the identity platform that provisions the appliance's own users.
struct ScimSettings {
  std::vector<auth::GroupRights> rights;
};

/// Reads the table, and marks the provider that it names, if it does. invalid_argument names the first member
/// that is wrong.
base::Result<ScimSettings> read_scim(Table& top, std::vector<OidcSettings>& providers);

}  // namespace countersign::apps
