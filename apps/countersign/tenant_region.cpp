#include "apps/countersign/tenant_region.h"

#include "apps/person.h"
#include "collector/ingest/registry.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

base::Result<base::RegionId> pinned_region(const Config& config, const base::TenantId& tenant) {
  const auto registry = ingest::Registry::load(config.registry());
  // What a log says does not hang on the registry, so one region needs none.
  if (!registry && registry.error().code != Code::not_found && config.regions.size() > 1)
    return fail(registry.error());
  const auto* known = registry ? registry->tenant(tenant) : nullptr;
  if (known == nullptr) return choose_region(config, "");
  if (!known->moved_to && config.keeps(known->region)) return known->region;
  std::string where = fmt::format("the tenant {} is pinned to {}, which another appliance keeps",
                                  tenant.value(), known->region.value());
  const auto address = config.elsewhere.find(known->region);
  if (known->moved_to || address != config.elsewhere.end())
    where += fmt::format(" ({})", known->moved_to ? *known->moved_to : address->second);
  const auto holders = regions_holding(config, tenant);
  if (holders.empty()) return fail(Code::failed_precondition, where + "; nothing of it is held here");
  for (const auto& [region, size] : holders)
    where +=
        fmt::format("; {} records from before are here: choose them with --region {}", size, region.value());
  return fail(Code::failed_precondition, where);
}

void note_others(const Context& context, const Config& config, const base::TenantId& tenant,
                 const base::RegionId& chosen) {
  if (config.regions.size() < 2 || tenant.value() == base::kSystemTenant) return;
  for (const auto& [region, size] : regions_holding(config, tenant)) {
    if (region == chosen) continue;
    const auto note =
        fmt::format("this is of region {}; region {} holds {} records of {} too: see them with --region {}",
                    chosen.value(), region.value(), size, tenant.value(), region.value());
    fmt::print(stderr, "{}\n",
               context.json ? boost::json::serialize(boost::json::object{{"note", note}}) : "note: " + note);
  }
}

}  // namespace

base::Result<base::RegionId> choose_region(const Context& context, const Config& config,
                                           const base::TenantId& tenant, const std::string& asked) {
  auto region = asked.empty() ? pinned_region(config, tenant) : choose_region(config, asked);
  if (region) note_others(context, config, tenant, *region);
  return region;
}

}  // namespace countersign::apps
