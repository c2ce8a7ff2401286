#pragma once

#include "apps/config.h"
#include "ledger/alarm/alarm_book.h"
#include "ledger/base/metrics.h"

#include <mutex>
#include <vector>

namespace countersign::apps {

/// What becomes of an alarm while the daemon runs: it is kept, logged, counted in
/// `countersign_alarms{kind="…"}` and told to the system log. What cannot be read of alarms that were kept is
/// logged, counted under the kind `unreadable`, and hides no other. Any thread.
class Alarms {
 public:
  /// `metrics` outlives it. Tells the system log of what it may not know yet.
  Alarms(const Config& config, base::Metrics& metrics);

  /// Keeps an alarm where it is new. What cannot be kept is logged, and tried again with the next call for
  /// the same; it never fails.
  void raise(const alarm::Alarm& alarm);

  /// Counts those that nobody has acknowledged anew: commands acknowledge them, too.
  void look();

 private:
  const Config& config_;
  base::Metrics& metrics_;
  const alarm::AlarmBook book_;
  std::mutex mutex_;
};

}  // namespace countersign::apps
