#pragma once

#include "web/auth/account.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the groups of an identity platform give: one table in the settings for each.
namespace countersign::auth {

/// What it gives to be in a group at a provider.
struct GroupRights {
  std::string group;
  ingest::Role role = ingest::Role::auditor;
  std::vector<base::TenantId> tenants = {};
  bool all_tenants = false;
  std::optional<Period> period = {};
  /// For how long from the first sign-in with this role, these tenants and this period; 0: for good.
  std::int64_t days = 0;
};

/// Whether an account may have such rights; as check() of administration.h.
base::Result<void> check(const GroupRights& rights);

/// What a person of these groups may do: the first entry decides. Further entries of the same role, period
/// and days add their tenants, but not for an auditor. Empty: no group gives anything.
std::optional<GroupRights> rights_by(const std::vector<std::string>& groups,
                                     const std::vector<GroupRights>& table);

/// Gives an account these rights; `granted` is since when it has those that it has. Says whether it may do
/// anything else afterwards than before.
bool grant(Account& account, const GroupRights& rights, base::Timestamp now, base::Timestamp& granted);

}  // namespace countersign::auth
