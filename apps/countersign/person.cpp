#include "apps/countersign/person.h"

#include "apps/countersign/progress.h"
#include "apps/countersign/tenant_region.h"
#include "collector/ingest/registry.h"
#include "ledger/vault/keys.h"

#include <fmt/format.h>

namespace countersign::apps {

base::Result<base::RegionId> region_of(const Context& context, const Config& config,
                                       const base::TenantId& tenant, const std::string& asked) {
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  if (registry.tenant(tenant) == nullptr)
    return base::fail(base::Code::not_found, fmt::format("no tenant {} is registered here", tenant.value()));
  return choose_region(context, config, tenant, asked);
}

base::Result<privacy::Person> find_subjects(const Config& config, const base::RegionId& region,
                                            const base::TenantId& tenant,
                                            const std::vector<std::string>& subjects, bool follow) {
  std::vector<privacy::Subject> parsed;
  for (const auto& text : subjects) {
    TRY_ASSIGN(auto subject, privacy::parse_subject(text));
    parsed.push_back(std::move(subject));
  }
  const auto files = config.region_files(region);
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
  TRY_ASSIGN(const auto keys, vault::open_keys(files.vault(), kek));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), keys));
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  constexpr double kParts = 1'000;
  Progress bar("Searching", static_cast<std::uint64_t>(kParts));
  return privacy::find_person(
      ledger, vault, tenant, parsed,
      {follow, [&](double done) { bar.show(static_cast<std::uint64_t>(done * kParts)); }});
}

}  // namespace countersign::apps
