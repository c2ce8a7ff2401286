#pragma once

#include "collector/http/server.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "web/decisions/decider.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace countersign::decisions {

struct DeskOptions {
  DeciderOptions decider;
  std::string_view region;           ///< label of the metrics; used in the constructor only
  base::Metrics* metrics = nullptr;  ///< outlives the desk
  /// Told why nothing could be decided; of one reason at most once a minute. From the desk's thread, within
  /// the RequestScope of the request that met it; may be null.
  std::function<void(const base::Error&)> on_failure;
  std::size_t waiting_max = 1'024;          ///< more are answered 503
  std::size_t waiting_of_tenant_max = 256;  ///< so that one does not keep the others out
};

/// Answers requests for decisions of one region, one after another, on a thread of its own, which also keeps
/// a Decider level with the ledger. decide() may be called from any thread and does not block.
///
/// What cannot be decided is answered 503 with Retry-After, never as allowed: until the Decider is loaded,
/// while the ledger or the vault cannot be read, when too much waits, and while it stops.
///
/// Counts, for each region: countersign_decisions_total{decision}, countersign_decisions_refused_total, and
/// countersign_decisions_ready, which is 0 until it is loaded and while the ledger cannot be followed.
class DecisionDesk {
 public:
  static constexpr std::chrono::milliseconds kPause{50};        ///< between two looks at the ledger
  static constexpr std::chrono::milliseconds kRetryPause{500};  ///< between two attempts to load

  explicit DecisionDesk(DeskOptions options);
  ~DecisionDesk() { stop(); }
  DecisionDesk(const DecisionDesk&) = delete;
  DecisionDesk& operator=(const DecisionDesk&) = delete;

  void decide(DecisionRequest request, http::Respond respond);

  /// Answers what waits with 503 and ends the thread. Not from the desk's own.
  void stop();

 private:
  struct Waiting {
    DecisionRequest request;
    http::Respond respond;
    std::string asked;  ///< the id of the request, for the log
  };

  void run();
  base::Result<Decider> load();
  void serve(Decider& decider);
  void answer(Decider& decider, const Waiting& waiting);
  bool is_stopping();
  void report(const base::Error& error);

  DeskOptions options_;
  std::array<base::Metric*, 4> decided_{};  ///< by Outcome
  base::Metric* refused_;
  base::Metric* ready_;
  std::string reported_;  ///< the thread's own, as is the next
  std::chrono::steady_clock::time_point reported_at_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_, as are the next
  bool loaded_ = false;
  std::deque<Waiting> waiting_;
  std::thread thread_;
};

}  // namespace countersign::decisions
