#include "web/auth/group_rights.h"

#include "web/auth/administration.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace countersign::auth {

constexpr std::int64_t kDayMicros = std::int64_t{86'400} * 1'000'000;

base::Result<void> check(const GroupRights& rights) {
  NewAccount wish;
  wish.role = rights.role;
  wish.tenants = rights.tenants;
  wish.all_tenants = rights.all_tenants;
  wish.period = rights.period;
  if (rights.days > 0) wish.expires = {rights.days};
  return check(wish, {0});
}

std::optional<GroupRights> rights_by(const std::vector<std::string>& groups,
                                     const std::vector<GroupRights>& table) {
  std::optional<GroupRights> out;
  for (const auto& entry : table) {
    if (std::find(groups.begin(), groups.end(), entry.group) == groups.end()) continue;
    if (!out) {
      out = entry;
    } else if (out->role == entry.role && out->role != ingest::Role::auditor && out->period == entry.period &&
               out->days == entry.days) {
      out->tenants.insert(out->tenants.end(), entry.tenants.begin(), entry.tenants.end());
      out->all_tenants = out->all_tenants || entry.all_tenants;
    }
  }
  if (!out) return out;
  if (out->all_tenants) out->tenants.clear();
  std::sort(out->tenants.begin(), out->tenants.end());
  out->tenants.erase(std::unique(out->tenants.begin(), out->tenants.end()), out->tenants.end());
  return out;
}

bool grant(Account& account, const GroupRights& rights, base::Timestamp now, base::Timestamp& granted) {
  const auto before = std::tie(account.role, account.tenants, account.all_tenants, account.period);
  const bool same = before == std::tie(rights.role, rights.tenants, rights.all_tenants, rights.period);
  if (!same) {
    account.role = rights.role;
    account.tenants = rights.tenants;
    account.all_tenants = rights.all_tenants;
    account.period = rights.period;
    granted = now;
  }
  std::optional<base::Timestamp> expires;
  if (rights.days > 0) expires = {granted.micros + rights.days * kDayMicros};
  return std::exchange(account.expires, expires) != expires || !same;
}

}  // namespace countersign::auth
