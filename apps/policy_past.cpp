#include "apps/policy_past.h"

#include "ledger/projection/search.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/kek.h"
#include "ledger/vault/keys.h"
#include "ledger/vault/vault_reader.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

/// More changes of one tenant's policies than anybody makes.
constexpr std::uint64_t kRecordsMax = 200'000;

base::Result<void> read_region(const store::RegionFiles& files, const base::TenantId& tenant,
                               policy::PolicyHistory& out) {
  std::error_code ignored;
  if (!std::filesystem::exists(files.ledger(), ignored)) return {};
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files.ledger()));
  const auto log = reader.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!log && log.error().code == Code::not_found) return {};
  if (!log) return fail(log.error());
  TRY_ASSIGN(auto searcher, projection::Searcher::open(files.index()));
  projection::SearchRequest request;
  request.log = log->number;
  request.hits_max = kRecordsMax;
  TRY_ASSIGN(request.terms,
             projection::parse_query(fmt::format("type:policy.changed action.resource:{}", tenant.value())));
  TRY_ASSIGN(const auto hits, searcher.search(request, [](record::Kind, std::string_view) {
    return base::Result<std::optional<std::string>>(std::optional<std::string>());
  }));
  if (hits.size() == kRecordsMax)
    return fail(Code::resource_exhausted,
                fmt::format("{} has more changes than are read at once", tenant.value()));
  for (const auto seq : hits) {
    TRY_ASSIGN(const auto record, reader.record(*log, base::seq_at(seq)));
    TRY(out.add(record));
  }
  return {};
}

/// The region in a log's name, `<origin>/<region>/<tenant>`.
base::RegionId region_of(std::string_view log) {
  const auto end = log.rfind('/');
  const auto begin = end == std::string_view::npos ? end : log.rfind('/', end - 1);
  if (begin == std::string_view::npos) return base::RegionId();
  return base::RegionId(std::string(log.substr(begin + 1, end - begin - 1)));
}

}  // namespace

base::Result<policy::TenantHistory> read_policy_history(const Config& config, const ingest::Tenant& tenant) {
  policy::PolicyHistory out;
  for (const auto& region : config.regions) TRY(read_region(config.region_files(region), tenant.id, out));
  return out.of(tenant.id);
}

base::Result<std::map<std::string, std::string>> policy_authors(const Config& config,
                                                                const policy::TenantHistory& history) {
  std::map<std::string, std::string> out;
  std::map<base::RegionId, vault::VaultReader> vaults;
  for (const auto& version : history.versions()) {
    if (version.role != "operator" || out.contains(version.author)) continue;
    const auto region = region_of(version.records.front().log);
    if (!config.keeps(region)) continue;
    if (!vaults.contains(region)) {
      const auto file = config.region_files(region).vault();
      TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
      TRY_ASSIGN(const auto keys, vault::open_keys(file, kek));
      TRY_ASSIGN(auto opened, vault::VaultReader::open(file, keys));
      vaults.emplace(region, std::move(opened));
    }
    TRY_ASSIGN(const auto found,
               vaults.at(region).disclose(base::TenantId(std::string(base::kSystemTenant)), version.author));
    if (found) out.emplace(version.author, found->value);
  }
  return out;
}

}  // namespace countersign::apps
