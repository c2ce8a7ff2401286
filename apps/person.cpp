#include "apps/person.h"

#include "ledger/record/mask.h"
#include "ledger/vault/keys.h"

#include <boost/json/array.hpp>

namespace countersign::apps {

base::Result<std::vector<privacy::Subject>> read_subjects(const std::vector<std::string>& texts) {
  std::vector<privacy::Subject> out;
  for (const auto& text : texts) {
    TRY_ASSIGN(auto subject, privacy::parse_subject(text));
    out.push_back(std::move(subject));
  }
  return out;
}

base::Result<privacy::Person> find_held(const Config& config, const base::RegionId& region,
                                        const base::TenantId& tenant,
                                        const std::vector<privacy::Subject>& subjects,
                                        const privacy::SearchOptions& options) {
  const auto files = config.region_files(region);
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
  TRY_ASSIGN(const auto keys, vault::open_keys(files.vault(), kek));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), keys));
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  return privacy::find_person(ledger, vault, tenant, subjects, options);
}

std::vector<std::pair<base::RegionId, std::uint64_t>> regions_holding(const Config& config,
                                                                      const base::TenantId& tenant) {
  std::vector<std::pair<base::RegionId, std::uint64_t>> out;
  for (const auto& region : config.regions) {
    auto reader = store::LedgerReader::open(config.region_files(region).ledger());
    if (!reader) continue;
    const auto log = reader->log(tenant);
    if (log && log->size > 0) out.emplace_back(region, log->size);
  }
  return out;
}

boost::json::object plan_of(const privacy::Person& person) {
  boost::json::array values;
  for (const auto& held : person.values) {
    const auto kind = to_string(held.kind), tie = to_string(held.tie);
    values.push_back({{"kind", boost::json::string_view(kind.data(), kind.size())},
                      {"value", record::masked(held.kind, held.value)},
                      {"token", held.token},
                      {"tie", boost::json::string_view(tie.data(), tie.size())},
                      {"records", held.records}});
  }
  return {{"records", person.records}, {"values", std::move(values)}};
}

}  // namespace countersign::apps
