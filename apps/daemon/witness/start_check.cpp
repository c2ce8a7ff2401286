#include "apps/daemon/witness/start_check.h"

#include "apps/daemon/witness/exchange.h"
#include "apps/keys.h"
#include "collector/ingest/registry.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <thread>

namespace countersign::apps {
namespace {

using base::Code;
using Steady = std::chrono::steady_clock;

/// The logs of a region that are there, and those that should be, of size 0.
base::Result<std::vector<store::LogHead>> logs_of(const Config& config, const base::RegionId& region,
                                                  store::LedgerReader& ledger) {
  TRY_ASSIGN(auto logs, ledger.logs());
  std::map<base::LogName, store::LogHead> all;
  for (auto& log : logs) all.emplace(log.name, log);
  const auto& identity = ledger.identity();
  const auto registry = ingest::Registry::load(config.registry());
  if (!registry && registry.error().code != Code::not_found) return base::fail(registry.error());
  if (registry) {
    for (const auto& tenant : registry->tenants()) {
      if (tenant.region != region) continue;
      const auto name = base::log_name(identity.origin, identity.region, tenant.id);
      all.emplace(name, store::LogHead{-1, name, 0});
    }
  }
  TRY_ASSIGN(const auto heads, store::HeadMemory::open(config.head_memory(region)));
  for (const auto& [name, head] : heads.heads()) {
    if (name == base::log_name(identity.origin, identity.region, base::tenant_of(name)))
      all.emplace(name, store::LogHead{-1, name, 0});
  }
  std::vector<store::LogHead> out;
  for (auto& [name, log] : all) out.push_back(std::move(log));
  return out;
}

/// What one witness has to say.
struct Hearing {
  const KnownWitnessSettings& settings;
  std::vector<alarm::Alarm> alarms = {};
  base::Result<void> result = {};  ///< unavailable: not everything was answered
};

class Asking {
 public:
  Asking(const Config& config, Steady::time_point until)
      : config_(config), until_(until), younger_(younger_log_keys(config)) {}

  base::Result<void> ask(Hearing& hearing) const {
    for (const auto& region : config_.regions) {
      auto ledger = store::LedgerReader::open(config_.region_files(region).ledger());
      // A region without files is for its own start to refuse.
      if (!ledger && ledger.error().code == Code::not_found) continue;
      if (!ledger) return base::fail(ledger.error());
      TRY_ASSIGN(const auto logs, logs_of(config_, region, *ledger));
      for (const auto& log : logs) TRY(ask_of(hearing, *ledger, log));
    }
    return {};
  }

 private:
  base::Result<void> ask_of(Hearing& hearing, store::LedgerReader& ledger, const store::LogHead& log) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Steady::now()).count();
    if (left <= 0)
      return base::fail(Code::unavailable, fmt::format("not all of it was answered within {} s",
                                                       config_.cosigning.start_wait_s));
    TRY_ASSIGN(const auto keys, witness::keys_of_log(ledger.identity(), log.name, younger_));
    const auto exchange = exchange_with(
        hearing.settings, [] { return false; }, left);
    const auto found = witness::newest_witnessed(log.name, keys, known_witness(hearing.settings), exchange);
    if (!found && found.error().code == Code::unavailable) return base::fail(found.error());
    if (!found) {
      // Without a signature of this log it proves nothing.
      spdlog::warn("what the witness {} has of {} proves nothing: {}", hearing.settings.name, log.name.text,
                   found.error().message);
      return {};
    }
    if (!*found) {
      if (log.size > 0)
        spdlog::warn(
            "the witness {} shows nothing that it has cosigned of {}: whether the data is an older copy "
            "it does not tell",
            hearing.settings.name, log.name.text);
      return {};
    }
    TRY_ASSIGN(auto contradiction, witness::compare(ledger, log, **found));
    if (!contradiction) return {};
    contradiction->time = base::system_clock()();
    contradiction->from = "witness " + hearing.settings.name;
    hearing.alarms.push_back(std::move(*contradiction));
    return {};
  }

  const Config& config_;
  const Steady::time_point until_;
  const std::vector<crypto::Ed25519PublicKey> younger_;
};

}  // namespace

base::Result<void> ask_witnesses_before_signing(const Config& config, Alarms& alarms) {
  const auto& settings = config.cosigning;
  if (settings.witnesses.empty() || settings.start_wait_s == 0) return {};
  const Asking asking(config, Steady::now() + std::chrono::seconds(settings.start_wait_s));
  std::vector<Hearing> hearings;
  for (const auto& witness : settings.witnesses) hearings.push_back({witness});
  std::vector<std::thread> threads;
  for (auto& hearing : hearings)
    threads.emplace_back([&asking, &hearing] {
      try {
        hearing.result = asking.ask(hearing);
      } catch (const std::exception& error) {
        hearing.result = base::fail(Code::internal, error.what());
      }
    });
  for (auto& thread : threads) thread.join();
  const alarm::Alarm* first = nullptr;
  for (const auto& hearing : hearings) {
    for (const auto& one : hearing.alarms) {
      alarms.raise(one);
      if (first == nullptr) first = &one;
    }
  }
  if (first != nullptr)
    return base::fail(
        Code::data_loss,
        fmt::format("{} (shown by {}). Nothing was signed; both checkpoints: countersign alarm list",
                    first->what, first->from));
  for (const auto& hearing : hearings) {
    if (hearing.result) continue;
    if (hearing.result.error().code != Code::unavailable) return hearing.result;
    spdlog::warn("the witness {} could not be asked whether the data is an older copy; going on without: {}",
                 hearing.settings.name, hearing.result.error().message);
  }
  return {};
}

}  // namespace countersign::apps
