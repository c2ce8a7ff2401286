#pragma once

#include "web/oidc/options.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace countersign::oidc {

/// The groups that the claim at `path` names; absent where the claim is not there. A list gives its texts as
/// they are. One text is a group as a whole where the mapping knows it so, and otherwise words between
/// spaces. Anything else in the claim, what is longer than 512 bytes, and what comes after the 2000th is left
/// out.
std::optional<std::vector<std::string>> groups_in(const boost::json::object& claims,
                                                  const std::vector<std::string>& path,
                                                  const RoleMapping& mapping);

/// The roles that those groups give, sorted, each once. Names are compared to the letter; a group that is not
/// in the mapping gives nothing.
std::vector<std::string> roles_of(const std::vector<std::string>& groups, const RoleMapping& mapping);

/// Whether the provider left the claim out because a person is in too many groups (Entra ID from 200 on) and
/// says in `_claim_names` where it can be had instead (OpenID Connect Core 1.0 section 5.6.2).
bool is_left_out(const boost::json::object& claims, const std::vector<std::string>& path);

}  // namespace countersign::oidc
