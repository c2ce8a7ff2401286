#include "apps/residency.h"

#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/presence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

/// Tokens, each once. Sorted now and then, so that repetitions take no room.
class TokenSet {
 public:
  void add(const base::Digest& token) {
    tokens_.push_back(token);
    if (tokens_.size() < limit_) return;
    settle();
    limit_ = std::max(kFew, 2 * tokens_.size());
  }
  const std::vector<base::Digest>& settle() {
    std::sort(tokens_.begin(), tokens_.end());
    tokens_.erase(std::unique(tokens_.begin(), tokens_.end()), tokens_.end());
    return tokens_;
  }

 private:
  static constexpr std::size_t kFew = 1u << 16;
  std::vector<base::Digest> tokens_;
  std::size_t limit_ = kFew;
};

using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Counts the records of the period in one region's log of the tenant, and the values that they refer to.
base::Result<void> count_records(store::LedgerReader& ledger, vault::Presence& vault,
                                 const ResidencyReport& report, const Progress& progress,
                                 RegionHolding& out) {
  const auto log = ledger.log(report.tenant);
  if (!log && log.error().code == Code::not_found) return {};
  if (!log) return fail(log.error());
  TRY_ASSIGN(const auto begin, ledger.first_received(*log, report.period.from, log->size));
  TRY_ASSIGN(const auto end, ledger.first_received(*log, report.period.to, log->size));
  out.records = end - begin;
  TokenSet tokens;
  const auto count = [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
    TRY_ASSIGN(const auto record, record::read_record(bytes));
    TRY_ASSIGN(const auto event, record::read_event(record.event));
    if (!out.first_received) out.first_received = record.received;
    out.last_received = record.received;
    base::Result<void> done;
    TRY(record::for_each_token(event, [&](const record::TokenAt& at) {
      const auto digest = base::digest_from_base64url(at.token);
      digest ? tokens.add(*digest) : void(done = fail(digest.error()));
    }));
    if (progress) progress(base::index_of(seq) + 1 - begin, end - begin);
    return done;
  };
  TRY(ledger.read(*log, begin, end, count));
  for (const auto& token : tokens.settle()) {
    TRY_ASSIGN(const bool there, vault.has(report.tenant, token));
    ++(there ? out.values_present : out.values_erased);
  }
  return {};
}

/// A member of what `stream.started` says: up to the next space.
std::string_view said(std::string_view context, std::string_view member) {
  const auto at = context.find(member);
  if (at == std::string_view::npos) return {};
  const auto rest = context.substr(at + member.size());
  return rest.substr(0, rest.find(' '));
}

/// Whether a stream takes something of the tenant, by `what=records of acme,globex types all`. A list that
/// was cut, so that no types stand behind it, may have named it.
bool takes_of(std::string_view context, const base::TenantId& tenant) {
  constexpr std::string_view kOf = " of ", kTypes = " types ";
  const auto what = context.find(" what=");
  const auto of = what == std::string_view::npos ? what : context.find(kOf, what);
  if (of == std::string_view::npos) return true;
  auto list = context.substr(of + kOf.size());
  const auto types = list.find(kTypes);
  if (types == std::string_view::npos) return true;
  list = list.substr(0, types);
  if (list == "all") return true;
  return fmt::format(",{},", list).find(fmt::format(",{},", tenant.value())) != std::string::npos;
}

/// Notes that a stream began or ended, in the order of the system log.
base::Result<void> note_stream(std::string_view bytes, const base::TenantId& tenant,
                               std::vector<StreamSpan>& out) {
  TRY_ASSIGN(const auto record, record::read_record(bytes));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  const auto type = event.plain(record::kType);
  if (type != "stream.started" && type != "stream.ended") return {};
  const auto name = event.text(record::kActionResource);
  for (auto& span : out)
    if (span.name == name && !span.until) span.until = record.received;
  const auto context = event.text(record::kActionContext);
  if (type == "stream.started" && takes_of(context, tenant))
    out.push_back({std::string(name), std::string(said(context, "destination=")), record.received, {}});
  return {};
}

base::Result<void> read_system_log(store::LedgerReader& ledger, const ResidencyReport& report,
                                   RegionHolding& out) {
  const auto log = ledger.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!log && log.error().code == Code::not_found) return {};
  if (!log) return fail(log.error());
  const auto visit = [&](base::Seq, std::string_view bytes) -> base::Result<void> {
    if (bytes.find("\"stream.") != std::string_view::npos)
      TRY(note_stream(bytes, report.tenant, out.streams));
    TRY_ASSIGN(auto record, verify::read_system_record(bytes, log->name, report.tenant));
    if (!record || record->what == verify::SystemRecord::What::added) return {};
    if (record->what == verify::SystemRecord::What::moved) {
      out.moves.push_back(record->received);
    } else if (report.period.contains(record->received)) {
      out.exports.push_back(std::move(*record));
    }
    return {};
  };
  TRY(ledger.read(*log, 0, log->size, visit));
  std::erase_if(out.streams, [&](const auto& one) {
    return one.from >= report.period.to || (one.until && *one.until <= report.period.from);
  });
  return {};
}

std::vector<ResidencyReport::RegistryPin> pins_of(const ingest::Tenant& tenant, const jsonl::Period& period) {
  std::vector<ResidencyReport::RegistryPin> all{{tenant.first_region(), tenant.created, {}, {}, {}}};
  for (const auto& move : tenant.moves) {
    all.back().until = move.time;
    all.push_back({move.to, move.time, {}, move.reason, move.by});
  }
  std::erase_if(all, [&](const auto& pin) {
    return pin.from >= period.to || (pin.until && *pin.until <= period.from);
  });
  return all;
}

}  // namespace

base::Result<ResidencyReport> residency_report(const Config& config, const ingest::Registry& registry,
                                               const base::TenantId& tenant, const jsonl::Period& period,
                                               const Progress& progress) {
  const auto* known = registry.tenant(tenant);
  if (known == nullptr)
    return fail(Code::not_found, fmt::format("no tenant {} is registered here", tenant.value()));
  ResidencyReport report{tenant, period, pins_of(*known, period), {}};
  for (const auto& region : config.regions) {
    const auto files = config.region_files(region);
    RegionHolding holding;
    holding.region = region;
    holding.directory = files.folder.string();
    TRY_ASSIGN(holding.file_system, file_system_of(files.folder));
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
    TRY_ASSIGN(auto vault, vault::Presence::open(files.vault()));
    TRY(count_records(ledger, vault, report, progress, holding));
    TRY(read_system_log(ledger, report, holding));
    for (const auto& stream : config.streams) {
      if (std::ranges::find(stream.regions, region) == stream.regions.end()) continue;
      if (stream.takes_records_of(tenant.value()) || stream.takes_findings_of(tenant.value()))
        holding.configured.push_back({stream.name, stream.destination, stream.text()});
    }
    report.regions.push_back(std::move(holding));
  }
  return report;
}

}  // namespace countersign::apps
