#include "apps/countersign/person.h"

#include "apps/countersign/progress.h"
#include "apps/countersign/tenant_region.h"
#include "collector/ingest/registry.h"

#include <fmt/format.h>

namespace countersign::apps {

base::Result<base::RegionId> region_of(const Context& context, const Config& config,
                                       const base::TenantId& tenant, const std::string& asked) {
  if (tenant.value() == base::kSystemTenant) return choose_region(config, asked);
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  if (registry.tenant(tenant) == nullptr)
    return base::fail(base::Code::not_found, fmt::format("no tenant {} is registered here", tenant.value()));
  return choose_region(context, config, tenant, asked);
}

base::Result<privacy::Person> find_subjects(const Config& config, const base::RegionId& region,
                                            const base::TenantId& tenant,
                                            const std::vector<std::string>& subjects, bool follow) {
  TRY_ASSIGN(const auto parsed, read_subjects(subjects));
  constexpr double kParts = 1'000;
  Progress bar("Searching", static_cast<std::uint64_t>(kParts));
  privacy::SearchOptions options;
  options.follow = follow;
  options.progress = [&](double done) { bar.show(static_cast<std::uint64_t>(done * kParts)); };
  return find_held(config, region, tenant, parsed, options);
}

}  // namespace countersign::apps
