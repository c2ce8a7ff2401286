#include "apps/evidence_figures.h"

#include "apps/appliance_state.h"
#include "apps/daemon/verifying.h"
#include "apps/daemon/witness/standings.h"
#include "apps/ledger_verified.h"
#include "ledger/projection/challenge_use.h"
#include "ledger/projection/coverage.h"
#include "ledger/projection/received.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace countersign::apps {
namespace {

using base::Code;
using base::Timestamp;

constexpr std::int64_t kSecond_us = 1'000'000, kDay_us = 86'400 * kSecond_us;

/// A log and its newest checkpoint.
struct SignedLog {
  store::LogHead head;
  std::optional<store::CheckpointRow> checkpoint;
};

base::Result<std::optional<SignedLog>> signed_log(store::LedgerReader& ledger, const base::TenantId& tenant) {
  auto head = ledger.log(tenant);
  if (!head && head.error().code == Code::not_found) return std::optional<SignedLog>();
  if (!head) return base::fail(head.error());
  TRY_ASSIGN(auto checkpoint, ledger.newest_checkpoint(*head));
  return std::optional(SignedLog{std::move(*head), std::move(checkpoint)});
}

base::Result<bool> is_level(const std::filesystem::path& index, const std::vector<const SignedLog*>& logs) {
  TRY_ASSIGN(auto reader, projection::ReceivedReader::open(index));
  for (const auto* log : logs) {
    TRY_ASSIGN(const auto known, reader.known(log->head.number));
    if (log->checkpoint && known < log->checkpoint->size) return false;
  }
  return true;
}

/// Waits until the index has what is signed of the logs: one that is being made would count too little.
base::Result<void> wait_for_index(const std::filesystem::path& index,
                                  const std::vector<const SignedLog*>& logs) {
  constexpr std::chrono::seconds kPatience{10};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    TRY_ASSIGN(const bool level, is_level(index, logs));
    if (level) return {};
    if (std::chrono::steady_clock::now() > until)
      return base::fail(Code::unavailable, "the index is behind its ledger; try again in a moment");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

/// Gathers the figures of one tenant in one region.
class Figures {
 public:
  Figures(const Config& config, const ingest::Registry& registry, const base::RegionId& region,
          const base::TenantId& tenant, Timestamp now)
      : config_(config),
        registry_(registry),
        region_(region),
        tenant_(tenant),
        files_(config.region_files(region)),
        now_(now) {}

  base::Result<std::map<std::string, std::string>> gather() {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(files_.ledger()));
    TRY_ASSIGN(const auto log, signed_log(ledger, tenant_));
    TRY_ASSIGN(const auto system, signed_log(ledger, base::TenantId(std::string(base::kSystemTenant))));
    std::vector<const SignedLog*> logs;
    if (log) logs.push_back(&*log);
    if (system) logs.push_back(&*system);
    TRY(wait_for_index(files_.index(), logs));
    put_settings();
    out_["records"] = out_["sources"] = out_["challenges"] = out_["witnesses"] = "0";
    out_["factors_used"] = "";
    if (log) TRY(put_log(ledger, *log));
    TRY(put_upkeep(system.has_value()));
    return std::move(out_);
  }

 private:
  void put_settings() {
    out_["region"] = region_.value();
    out_["regions_kept"] = std::to_string(config_.regions.size());
    out_["timestamps"] = yes_or_no(!config_.timestamp.url.empty());
    out_["streams"] = std::to_string(
        std::count_if(config_.streams.begin(), config_.streams.end(), [&](const StreamSettings& one) {
          return std::find(one.regions.begin(), one.regions.end(), region_) != one.regions.end() &&
                 (one.takes_records_of(tenant_.value()) || one.takes_findings_of(tenant_.value()));
        }));
    out_["single_sign_on"] = yes_or_no(!config_.oidc.empty());
    const auto& all = registry_.operators();
    out_["provisioning"] = yes_or_no(std::any_of(all.begin(), all.end(), [&](const ingest::Operator& one) {
      return one.role == ingest::Role::provisioner && !one.revoked && (!one.expires || now_ < *one.expires);
    }));
  }

  base::Result<void> put_log(store::LedgerReader& ledger, const SignedLog& log) {
    TRY(put_records(ledger, log.head));
    TRY(put_use(log.head));
    if (log.checkpoint) out_["checkpoint_at"] = base::format_rfc3339({log.checkpoint->time * kSecond_us});
    TRY_ASSIGN(const auto witnesses, witness_standings(config_, region_, log.head.name));
    out_["witnesses"] = std::to_string(
        std::count_if(witnesses.begin(), witnesses.end(), [&](const api::WitnessStanding& one) {
          return one.size && (now_.micros - one.time.micros < kDay_us ||
                              (log.checkpoint && *one.size == log.checkpoint->size));
        }));
    return {};
  }

  /// Those that are kept; the first and the last of them by receipt.
  base::Result<void> put_records(store::LedgerReader& ledger, const store::LogHead& log) {
    TRY_ASSIGN(const auto ranges, ledger.sealed(log));
    auto kept = log.size;
    for (const auto& range : ranges) {
      for (const auto& part : range.parts) kept -= part.retired ? part.retired->records : 0;
    }
    out_["records"] = std::to_string(kept);
    TRY_ASSIGN(auto received, projection::ReceivedReader::open(files_.index()));
    TRY_ASSIGN(const auto first, received.first_at(log.number, {INT64_MIN}, log.size));
    TRY_ASSIGN(const auto first_time, received.last_in(log.number, first, first + 1));
    if (first_time) out_["first_record"] = base::format_rfc3339(*first_time);
    TRY_ASSIGN(const auto last_time, received.last_in(log.number, first, log.size));
    if (last_time) out_["last_record"] = base::format_rfc3339(*last_time);
    return {};
  }

  base::Result<void> put_use(const store::LogHead& log) {
    TRY_ASSIGN(auto coverage, projection::CoverageReader::open(files_.index()));
    TRY_ASSIGN(const auto sources, coverage.sources_of(log.number));
    out_["sources"] = std::to_string(sources.size());
    const Timestamp from{now_.micros - kFiguresDays * kDay_us};
    TRY_ASSIGN(const auto use, projection::read_challenge_use(files_.index(), log.number, from, now_));
    out_["challenges"] = std::to_string(use.challenges);
    out_["factors_used"] = fmt::format("{}", fmt::join(use.factors, ", "));
    return {};
  }

  /// What the region's system log tells of verifications and backups.
  base::Result<void> put_upkeep(bool has_system_log) {
    out_["verified"] = "never";
    if (!has_system_log) return {};
    TRY_ASSIGN(const auto verification, newest_verification(files_));
    if (verification) {
      out_["verified"] = verification->result == kIntact ? "good" : "bad";
      out_["verified_at"] = base::format_rfc3339(verification->time);
    }
    TRY_ASSIGN(const auto backup, last_backup(files_));
    if (backup) out_["backup_at"] = base::format_rfc3339(*backup);
    return {};
  }

  const Config& config_;
  const ingest::Registry& registry_;
  const base::RegionId& region_;
  const base::TenantId& tenant_;
  const store::RegionFiles files_;
  const Timestamp now_;
  std::map<std::string, std::string> out_;
};

}  // namespace

base::Result<std::map<std::string, std::string>> evidence_figures(const Config& config,
                                                                  const ingest::Registry& registry,
                                                                  const base::RegionId& region,
                                                                  const base::TenantId& tenant,
                                                                  Timestamp now) {
  return Figures(config, registry, region, tenant, now).gather();
}

}  // namespace countersign::apps
