#include "apps/daemon/procurement/tenant_facts.h"

#include "apps/evidence_facts.h"

namespace countersign::apps {

base::Result<TenantFacts::Known> TenantFacts::gather(const std::string& name) {
  const auto registry = registry_();
  const auto* tenant = registry->tenant(base::TenantId(name));
  if (tenant == nullptr || !config_.keeps(tenant->region))
    return base::fail(base::Code::not_found, "there is no such tenant here");
  const auto began = Steady::now();
  const auto now = base::system_clock()();
  TRY_ASSIGN(auto facts, evidence_facts(config_, *registry, tenant->region, tenant->id, now));
  return Known{std::move(facts), now, began};
}

base::Result<TenantFacts::Known> TenantFacts::fresh(const std::string& tenant) {
  auto known = gather(tenant);
  const std::lock_guard lock(mutex_);
  if (known)
    kept_[tenant] = *known;
  else
    kept_.erase(tenant);
  return known;
}

base::Result<TenantFacts::Known> TenantFacts::recent(const std::string& tenant) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(tenant);
    if (found != kept_.end() && Steady::now() - found->second.gathered < kShared) return found->second;
  }
  return fresh(tenant);
}

}  // namespace countersign::apps
