#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/witness/cosignature_book.h"
#include "ledger/witness/cosigning.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace countersign::apps {

/// Has the witnesses of `[[witnesses]]` cosign what was published. In each round, `cosigning.every_s` apart,
/// the newest checkpoint of each log that has grown is shown to every witness, the same to all, so that their
/// cosignatures stand on one checkpoint. Each witness has a thread of the lowest priority: it is asked one
/// thing at a time, a slow one holds up no other, and none ever holds up the ledger. What they have is
/// compared with the ledger where an answer says that it differs, at the first round and once an hour; what
/// contradicts it becomes an alarm.
class Cosigning {
 public:
  /// Begins at once; does nothing where no witness is configured. All of it outlives this. Errors: those of
  /// opening the books of cosignatures.
  static base::Result<std::unique_ptr<Cosigning>> start(const Config& config, Alarms& alarms,
                                                        base::Metrics& metrics);
  ~Cosigning() { stop(); }
  Cosigning(const Cosigning&) = delete;
  Cosigning& operator=(const Cosigning&) = delete;

  /// Gives up what is under way. A second call does nothing.
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  /// What is shown in a round.
  struct Target {
    base::RegionId region;
    store::LogHead log;
    store::CheckpointRow checkpoint;
  };
  struct Round {
    std::uint64_t number = 0;
    std::vector<Target> targets;
    std::map<base::RegionId, std::string> unread;  ///< regions of which nothing can be shown, and why
  };
  /// One witness, and what its thread knows.
  struct Worker {
    KnownWitnessSettings settings;
    std::uint64_t round = 0;          ///< the last that it did
    Steady::time_point compare_at{};  ///< when what it has is compared again
    std::map<std::string, std::string> said =
        {};                                  ///< by log: what went wrong last, so that it is logged once
    std::chrono::milliseconds pause{1'000};  ///< before the next attempt where it does not answer
    base::LogName begin_with = {};           ///< log that the next round begins with; empty: the first
    std::thread thread = {};
  };

  Cosigning(const Config& config, Alarms& alarms, base::Metrics& metrics)
      : config_(config), alarms_(alarms), metrics_(metrics) {}

  void run(Worker& worker);
  bool stopping();
  bool wait(std::chrono::milliseconds time);
  std::shared_ptr<const Round> current_round();
  Round read_round(std::uint64_t number);
  base::Result<void> read_region(const base::RegionId& region, std::vector<Target>& out);
  void do_round(Worker& worker, const Round& round);
  /// The ledgers that a round has opened.
  using Ledgers = std::map<base::RegionId, store::LedgerReader>;
  base::Result<store::LedgerReader*> ledger_of(const base::RegionId& region, Ledgers& opened) const;
  base::Result<void> with_ledger(const Target& target, Ledgers& opened,
                                 const std::function<base::Result<void>(store::LedgerReader&)>& use) const;
  base::Result<void> keep(Worker& worker, const Target& target, std::uint64_t size,
                          const witness::Asked& asked);
  /// Call with books_mutex_ held.
  base::Result<witness::CosignatureBook*> book_of(const base::RegionId& region);
  base::Result<void> do_target(Worker& worker, store::LedgerReader& ledger, const Target& target,
                               const witness::Exchange& exchange);
  void compare_all(Worker& worker, const Round& round, Ledgers& ledgers, const witness::Exchange& exchange);
  base::Result<void> compare_one(Worker& worker, store::LedgerReader& ledger, const Target& target,
                                 const witness::Exchange& exchange, std::uint64_t told);
  void note(Worker& worker, const std::string& log, const std::string& why);
  base::Metric& metric(const Worker& worker, const char* name, const char* help, base::MetricType type);
  base::Metric& cosigned(const Worker& worker);
  base::Metric& failures(const Worker& worker);

  const Config& config_;
  Alarms& alarms_;
  base::Metrics& metrics_;
  const Steady::time_point began_ = Steady::now();
  std::vector<std::unique_ptr<Worker>> workers_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;               ///< guarded by mutex_
  std::shared_ptr<const Round> round_;  ///< the same

  std::mutex books_mutex_;
  std::map<base::RegionId, witness::CosignatureBook> books_;  ///< guarded by books_mutex_: one writer each
};

}  // namespace countersign::apps
