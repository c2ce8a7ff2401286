#pragma once

#include "ledger/base/metrics.h"

namespace countersign::apps {

/// What Prometheus' own libraries tell of a process, under their names: process_open_fds, process_max_fds,
/// process_resident_memory_bytes, process_virtual_memory_bytes, process_threads, process_cpu_seconds_total,
/// process_start_time_seconds; and countersign_build_info. Linux, from /proc/self.
class ProcessMetrics {
 public:
  /// `metrics` outlives it.
  explicit ProcessMetrics(base::Metrics& metrics);

  /// Reads them anew. One thread at a time.
  void look();

 private:
  base::Metric& open_fds_;
  base::Metric& max_fds_;
  base::Metric& resident_;
  base::Metric& virtual_;
  base::Metric& threads_;
  base::Metric& cpu_;
};

}  // namespace countersign::apps
