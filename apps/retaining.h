#pragma once

#include "apps/config.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/retention/keep.h"
#include "ledger/store/writer.h"

#include <boost/json/object.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

/// How the daemon keeps to the retention rules, and how a command has it do so at once.
namespace countersign::apps {

/// Seals and retires in the background: when the daemon starts, once in an interval, and when a command asks.
/// Each seal and retirement is an event of the system log.
class Keeper {
 public:
  /// `writer` and `metrics` outlive it. Counts countersign_retention_failures_total, and sets
  /// countersign_retention_timestamp_seconds when a round has succeeded; until then there is none.
  Keeper(const Config& config, const base::RegionId& region, store::Writer& writer, base::Metrics& metrics);
  /// As stop().
  ~Keeper();

  void set_limits(const Config::Limits& limits);

  /// Ends the round that is under way between two steps.
  void stop();

 private:
  void run();
  bool wait();
  void round(bool asked);
  base::Result<void> note(const retention::KeepReport& report);
  base::Result<void> note_all();

  const Config config_;
  const store::RegionFiles files_;
  store::Writer& writer_;
  const base::RegionId region_;
  base::Metrics& metrics_;
  base::Metric& failures_;
  privacy::Erasures erasures_;
  const privacy::Holds holds_;
  bool noted_ = false;  ///< what was sealed and retired before this start is in the system log

  std::atomic<std::uint64_t> interval_s_, disk_reserve_bytes_;
  std::atomic<std::size_t> at_once_;  ///< events that the writer's queue takes
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

/// Has the region's daemon keep to the rules now, and waits for what came of it: a JSON object with `sealed`,
/// `retired`, `held`, `undeletable` and, where it failed, `error`. unavailable where no daemon runs.
base::Result<boost::json::object> keep_to_rules_now(const store::RegionFiles& files);

}  // namespace countersign::apps
