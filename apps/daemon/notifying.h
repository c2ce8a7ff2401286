#pragma once

#include "apps/config.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "web/notify/courier.h"
#include "web/notify/finding_feed.h"

#include <memory>
#include <string>
#include <vector>

namespace countersign::apps {

/// Tells the destinations of the settings of findings while the daemon runs: for each region a thread that
/// reads its system log, for each destination a thread that sends.
class Notifying {
 public:
  /// Reads the secrets, and makes the queues of each region of what waits. Errors as make_destination.
  /// `metrics` outlives it. Without a destination nothing runs, and how far the logs were read is forgotten.
  static base::Result<std::unique_ptr<Notifying>> start(const Config& config, base::Metrics& metrics);
  ~Notifying();

  /// Ends all threads. What waits goes on when the daemon starts again.
  void stop();

 private:
  class Follower;
  Notifying();
  std::vector<std::unique_ptr<notify::Courier>> couriers_;
  std::vector<std::unique_ptr<Follower>> followers_;
};

}  // namespace countersign::apps
