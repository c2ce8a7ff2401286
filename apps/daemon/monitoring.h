#pragma once

#include "apps/config.h"
#include "apps/daemon/region.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <functional>
#include <memory>
#include <vector>

namespace countersign::apps {

/// Runs the detections continuously while the daemon runs: for each region a thread of the lowest priority
/// follows the index, judges what is new in the log of each tenant that is pinned to the region, and records
/// what it finds in the system log as `finding.opened`. How far it came is in the region's `monitor.json`.
class Monitoring {
 public:
  using FindRegistry = std::function<std::shared_ptr<const ingest::Registry>()>;

  /// Of what is in a region that was never monitored nothing is judged: history is for reports. So this comes
  /// before anything is received. `regions`, `registry` and `metrics` outlive it. Errors as of reading a
  /// ledger.
  static base::Result<std::unique_ptr<Monitoring>> start(const Config& config,
                                                         const std::vector<std::unique_ptr<Region>>& regions,
                                                         FindRegistry registry, base::Metrics& metrics);
  ~Monitoring();

  /// What the ledger's queue takes. Any thread.
  void set_limits(const Config::Limits& limits);

  /// Ends the threads, before the regions stop. What was not judged is judged after the next start.
  void stop();

 private:
  class Thread;
  Monitoring();
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace countersign::apps
