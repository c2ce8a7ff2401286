#pragma once

#include "apps/config.h"
#include "ledger/base/metrics.h"
#include "ledger/base/time.h"

#include <array>
#include <cstdint>

namespace countersign::apps {

/// What an operator watches of one region, read from its files as they are: room on its file system, the
/// sizes of its files and their WALs, the newest checkpoint, the newest verification and backup that its
/// system log tells of, and whether its records are dated later than the clock. What cannot be read just now
/// keeps its value; what has never been has no metric. One thread at a time; look() blocks for a few
/// milliseconds, and some microseconds for each log.
class RegionMetrics {
 public:
  /// `metrics` outlives it.
  RegionMetrics(const Config& config, const base::RegionId& region, base::Metrics& metrics);

  void set_reserve(std::uint64_t bytes);
  void look(base::Timestamp now);

 private:
  void look_at_space();
  void look_at_files();
  void look_at_checkpoints(base::Timestamp now);
  void look_at_system_log();
  base::Metric& gauge(std::string_view name, std::string_view help, base::Labels labels = {});

  const store::RegionFiles files_;
  const base::RegionId region_;
  base::Metrics& metrics_;
};

}  // namespace countersign::apps
