#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "web/tlog/mirror_routes.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace countersign::apps {

/// Copies the logs of `[[mirror]]` while the daemon runs, each on a thread of its own: looks at the log every
/// `every_s`, less often while it fails. What contradicts the copy is an alarm.
///
/// Metrics, with the label `mirror`: countersign_mirror_records, countersign_mirror_level (whether the last
/// look went well), countersign_mirror_looks_total{result}, countersign_mirror_contradicted,
/// countersign_mirror_missing_records.
class Mirroring {
 public:
  /// Reads the tokens, and finds what is mirrored already. Errors as read_secret; failed_precondition where a
  /// folder holds another log. `metrics` and `alarms` outlive it.
  static base::Result<std::unique_ptr<Mirroring>> start(const Config& config, base::Metrics& metrics,
                                                        Alarms& alarms);
  ~Mirroring();
  Mirroring(const Mirroring&) = delete;
  Mirroring& operator=(const Mirroring&) = delete;

  /// For the routes; as long as this lives. Any thread.
  tlog::MirrorFacts facts() const;

  /// How much room on the disk is left to the ledger, from now on. Any thread.
  void set_limits(const Config::Limits& limits);

  /// Ends all threads; a request that is under way is given up within a second or two. What was begun goes on
  /// after the next start.
  void stop();

 private:
  class Worker;
  Mirroring();
  std::atomic<std::uint64_t> reserve_{0};  ///< free space below which nothing is mirrored
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace countersign::apps
