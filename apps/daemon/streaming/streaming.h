#pragma once

#include "apps/config.h"
#include "apps/daemon/streaming/streamer.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <memory>
#include <vector>

namespace countersign::apps {

/// Sends records and findings to the destinations of `[[stream]]` while the daemon runs, each from a thread
/// of its own. That a stream begins, changes or ends stands in the system logs of the regions that it is of.
class Streaming {
 public:
  /// Reads the secrets, puts down where the streams begin that are new, and leaves for the system logs that
  /// they do. Errors as make_sender, and of the files of positions. `metrics` outlives it. Before anything is
  /// received, so that a stream that begins now misses nothing.
  static base::Result<std::unique_ptr<Streaming>> start(const Config& config, base::Metrics& metrics);
  ~Streaming();

  /// Begins to send, out of each region once its system log has that the stream began. When the daemon is
  /// ready: one that cannot start sends nothing.
  void send();

  /// Ends all threads, together. What is not sent goes on when the daemon starts again.
  void stop();

 private:
  Streaming() = default;
  std::vector<std::unique_ptr<Streamer>> streamers_;
};

}  // namespace countersign::apps
