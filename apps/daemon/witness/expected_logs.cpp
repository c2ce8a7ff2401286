#include "apps/daemon/witness/expected_logs.h"

#include <map>

namespace countersign::apps {

base::Result<std::vector<store::LogHead>> expected_logs(store::LedgerReader& ledger,
                                                        std::span<const ingest::Registry> registries,
                                                        const store::HeadMemory& heads) {
  TRY_ASSIGN(auto logs, ledger.logs());
  std::map<base::LogName, store::LogHead> all;
  for (auto& log : logs) all.emplace(log.name, log);
  const auto& identity = ledger.identity();
  const auto expect = [&](const base::TenantId& tenant) {
    const auto name = base::log_name(identity.origin, identity.region, tenant);
    all.emplace(name, store::LogHead{-1, name, 0});
    return name;
  };
  for (const auto& registry : registries) {
    for (const auto& tenant : registry.tenants()) {
      if (tenant.region == identity.region) expect(tenant.id);
    }
  }
  for (const auto& [name, head] : heads.heads()) {
    const auto tenant = base::tenant_of(name);
    if (name == base::log_name(identity.origin, identity.region, tenant)) expect(tenant);
  }
  std::vector<store::LogHead> out;
  for (auto& [name, log] : all) out.push_back(std::move(log));
  return out;
}

base::Result<ingest::Registry> registry_if_there(const std::filesystem::path& file) {
  auto registry = ingest::Registry::load(file);
  if (!registry && registry.error().code == base::Code::not_found) return ingest::Registry();
  return registry;
}

}  // namespace countersign::apps
