#pragma once

#include "ledger/base/metrics.h"
#include "ledger/base/time.h"

#include <chrono>
#include <optional>

namespace countersign::apps {

/// Sees when the machine's clock is set: it is compared with one that nobody sets, which runs on while the
/// machine sleeps. Says so in the log, and counts it in countersign_clock_jumps_total{direction}. Small
/// corrections, such as those of NTP, are none. One thread.
class ClockWatch {
 public:
  static constexpr std::chrono::seconds kJump{2};

  /// `metrics` outlives it.
  explicit ClockWatch(base::Metrics& metrics);

  /// Both clocks, read right after one another.
  struct Reading {
    base::Timestamp clock;
    std::chrono::microseconds uptime;
  };
  static Reading read();

  /// By how much the clock was set since the last look; empty where it was not.
  std::optional<std::chrono::microseconds> look(const Reading& now);

 private:
  base::Metric& back_;
  base::Metric& forward_;
  std::optional<Reading> last_;
};

}  // namespace countersign::apps
