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
                               std::uint64_t system_size, policy::PolicyHistory& out) {
  std::error_code ignored;
  if (!std::filesystem::exists(files.ledger(), ignored)) return {};
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files.ledger()));
  const auto log = reader.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!log && log.error().code == Code::not_found) return {};
  if (!log) return fail(log.error());
  TRY_ASSIGN(auto searcher, projection::Searcher::open(files.index()));
  for (const std::string_view type : {"policy.changed", "policy.reviewed"}) {
    projection::SearchRequest request;
    request.log = log->number;
    request.hits_max = kRecordsMax;
    TRY_ASSIGN(request.terms,
               projection::parse_query(fmt::format("type:{} action.resource:{}", type, tenant.value())));
    TRY_ASSIGN(const auto answer, searcher.search(request, [](record::Kind, std::string_view) {
      return base::Result<std::optional<std::string>>(std::optional<std::string>());
    }));
    if (answer.hits.size() == kRecordsMax)
      return fail(Code::resource_exhausted,
                  fmt::format("{} has more changes than are read at once", tenant.value()));
    for (const auto seq : answer.hits) {
      if (seq >= system_size) continue;
      TRY_ASSIGN(const auto record, reader.record(*log, base::seq_at(seq)));
      TRY(out.add(record));
    }
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

/// The vaults of the regions, each opened when it is needed.
class Vaults {
 public:
  explicit Vaults(const Config& config) : config_(config) {}

  /// Who is behind a token of a record of a system log; empty where nobody is, or the region is not kept
  /// here.
  base::Result<std::optional<std::string>> name_of(const std::string& token, const policy::RecordAt& at) {
    const auto region = region_of(at.log);
    if (!config_.keeps(region)) return std::optional<std::string>();
    auto open = open_.find(region);
    if (open == open_.end()) {
      const auto file = config_.region_files(region).vault();
      TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config_.keys.vault));
      TRY_ASSIGN(const auto keys, vault::open_keys(file, kek));
      TRY_ASSIGN(auto opened, vault::VaultReader::open(file, keys));
      open = open_.emplace(region, std::move(opened)).first;
    }
    TRY_ASSIGN(const auto found,
               open->second.disclose(base::TenantId(std::string(base::kSystemTenant)), token));
    return found ? std::optional(found->value) : std::nullopt;
  }

 private:
  const Config& config_;
  std::map<base::RegionId, vault::VaultReader> open_;
};

}  // namespace

base::Result<policy::TenantHistory> read_policy_history(const Config& config, const ingest::Tenant& tenant) {
  policy::PolicyHistory out;
  for (const auto& region : config.regions)
    TRY(read_region(config.region_files(region), tenant.id, UINT64_MAX, out));
  return out.of(tenant.id);
}

base::Result<policy::TenantHistory> read_policy_history(const store::RegionFiles& files,
                                                        const base::TenantId& tenant,
                                                        std::uint64_t system_size) {
  policy::PolicyHistory out;
  TRY(read_region(files, tenant, system_size, out));
  return out.of(tenant);
}

base::Result<std::map<std::string, std::string>> policy_authors(const Config& config,
                                                                const policy::TenantHistory& history) {
  std::map<std::string, std::string> out;
  Vaults vaults(config);
  const auto add = [&](const std::string& token, std::string_view role,
                       const policy::RecordAt& at) -> base::Result<void> {
    if (role != "operator" || out.contains(token)) return {};
    TRY_ASSIGN(const auto name, vaults.name_of(token, at));
    if (name) out.emplace(token, *name);
    return {};
  };
  for (const auto& version : history.versions()) {
    TRY(add(version.author, version.role, version.records.front()));
    for (const auto& review : version.reviews) TRY(add(review.by, review.role, review.record));
  }
  return out;
}

base::Result<std::optional<std::string>> author_of(const Config& config, const policy::Version& version) {
  if (version.author.empty()) return std::optional<std::string>();
  Vaults vaults(config);
  return vaults.name_of(version.author, version.records.front());
}

}  // namespace countersign::apps
