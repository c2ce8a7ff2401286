#include "apps/scim_settings.h"

#include "apps/config_table.h"
#include "ledger/base/time.h"

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kDaysMax = 3'660;

base::Result<base::Timestamp> time_of(const std::string& text, const std::string& member) {
  auto time = base::parse_rfc3339(text);
  if (!time)
    return refuse_setting(member, "must be a time in quotes, such as \"2026-01-01T00:00:00Z\" (RFC 3339)");
  return time;
}

}  // namespace

base::Result<auth::GroupRights> read_group_rights(Table& table, const std::string& member) {
  auth::GroupRights out;
  std::string role, from, before;
  std::vector<std::string> tenants;
  table.text("group", out.group);
  table.text("role", role);
  table.texts("tenants", tenants);
  table.flag("all_tenants", out.all_tenants);
  table.text("from", from);
  table.text("before", before);
  table.number("days", 1, kDaysMax, out.days);
  TRY(table.finish());
  if (out.group.empty()) return refuse_setting(member + ".group", "must name a group as it is spelled there");
  const auto known = ingest::parse_role(role);
  if (!known) return refuse_setting(member + ".role", "must be auditor, analyst, privacy or admin");
  out.role = *known;
  for (const auto& text : tenants) {
    auto tenant = base::parse_tenant(text);
    if (!tenant) return fail(member + ".tenants", tenant.error());
    out.tenants.push_back(std::move(*tenant));
  }
  if (from.empty() != before.empty())
    return refuse_setting(member, "must have both from and before, or neither");
  if (!from.empty()) {
    TRY_ASSIGN(const auto first, time_of(from, member + ".from"));
    TRY_ASSIGN(const auto last, time_of(before, member + ".before"));
    out.period = {first, last};
  }
  if (auto good = auth::check(out); !good)
    return fail(
        fmt::format("{} of the group {} (tenants, all_tenants, from, before, days)", member, out.group),
        good.error());
  return out;
}

base::Result<ScimSettings> read_scim(Table& top, std::vector<OidcSettings>& providers) {
  ScimSettings out;
  Table table = top.table("scim");
  std::string provider, claim;
  table.text("provider", provider);
  table.text("external_id_claim", claim);
  auto rights = table.tables("rights");
  TRY(table.finish());
  for (auto& one : rights) {
    TRY_ASSIGN(auto read, read_group_rights(one, "scim.rights"));
    out.rights.push_back(std::move(read));
  }
  if (provider.empty()) {
    if (!claim.empty()) return refuse_setting("scim.external_id_claim", "needs scim.provider");
    return out;
  }
  const auto found =
      std::find_if(providers.begin(), providers.end(), [&](const auto& one) { return one.name == provider; });
  if (found == providers.end()) return refuse_setting("scim.provider", "must be the NAME of an [oidc.NAME]");
  found->provisioned = true;
  found->external_id_claim = claim;
  return out;
}

}  // namespace countersign::apps
