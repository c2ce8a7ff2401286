#pragma once

#include "apps/config.h"
#include "collector/endpoints/policies.h"
#include "collector/ingest/service.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace countersign::apps {

/// Changes tenants' policies for the API, one after another on a thread of its own: each is recorded before
/// it is written, and answered when the daemon goes by it. Any thread may call change().
class PolicyDesk {
 public:
  static constexpr std::size_t kWaitingMax = 64;  ///< more are answered 503

  /// `service` outlives it.
  PolicyDesk(Config config, ingest::IngestService& service);
  ~PolicyDesk() { stop(); }
  PolicyDesk(const PolicyDesk&) = delete;
  PolicyDesk& operator=(const PolicyDesk&) = delete;

  void change(endpoints::PolicyChange change, http::Respond respond);

  /// Answers what waits with 503. A change that is being written is written.
  void stop();

 private:
  void run();
  http::Response carry_out(const endpoints::PolicyChange& change);
  /// Until the daemon has read the registry; whatever it says by then is the answer.
  http::Response when_in_force(const ingest::Tenant& tenant);

  const Config config_;
  ingest::IngestService& service_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::deque<std::pair<endpoints::PolicyChange, http::Respond>> waiting_;
  std::thread thread_;
};

}  // namespace countersign::apps
