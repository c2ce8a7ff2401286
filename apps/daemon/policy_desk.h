#pragma once

#include "apps/config.h"
#include "collector/endpoints/policies.h"
#include "collector/ingest/service.h"
#include "web/api/desk.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign::apps {

/// Changes tenants' policies for the API, one after another on a thread of its own: each is recorded before
/// it is written, and answered when the daemon goes by it. Any thread may make the calls.
class PolicyDesk {
 public:
  static constexpr std::size_t kWaitingMax = 256;         ///< more are answered 503
  static constexpr std::size_t kWaitingOfTenantMax = 16;  ///< so that one does not keep the others out
  static constexpr std::chrono::seconds kPatience{10};    ///< for a change to come into force

  /// `service` outlives it.
  PolicyDesk(Config config, ingest::IngestService& service);
  ~PolicyDesk() { stop(); }
  PolicyDesk(const PolicyDesk&) = delete;
  PolicyDesk& operator=(const PolicyDesk&) = delete;

  /// All of what follows, and the check of what a document sets.
  endpoints::PolicyCalls calls();

  void change(endpoints::PolicyChange change, http::Respond respond);
  /// Answers from the tenant's history, on another thread of its own.
  void look_back(const ingest::Tenant& tenant, endpoints::AnswerFromHistory answer, http::Respond respond);
  /// Records a review, on that thread, too.
  void review(endpoints::PolicyReview review, http::Respond respond);

  /// Answers what waits with 503. A change that is being written is written.
  void stop();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    endpoints::PolicyChange change;
    http::Respond respond;
    std::string request;  ///< by which the log knows it
  };
  /// Written, and answered once the daemon has read the registry.
  struct Written {
    ingest::Tenant tenant;
    http::Respond respond;
    Time until;
  };

  void run();
  void carry_out(const Waiting& waiting);
  void answer_what_is_in_force();

  const Config config_;
  ingest::IngestService& service_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::deque<Waiting> waiting_;
  std::vector<Written> written_;  ///< the thread's own
  api::Desk readers_{kWaitingMax};
  std::thread thread_;
};

}  // namespace countersign::apps
