#pragma once

#include "apps/config.h"
#include "apps/erasing.h"
#include "collector/endpoints/erasures.h"
#include "ledger/base/time.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace countersign::apps {

/// Takes requests to erase a person over HTTP. Finding one reads a whole log, so a thread for each region
/// does it, one person at a time; who comes meanwhile is answered 503. What is not done within kPatience is
/// answered 202, and its end can be asked for. The order itself goes the way of the command line's: the
/// daemon's main thread carries it out.
///
/// Each request is recorded in the system log before anything is looked up. Nothing of a subject is kept but
/// masks, for the time that an answer waits to be fetched. erase() and find() may be called from any thread.
class ErasureDesk {
 public:
  static constexpr std::chrono::seconds kPatience{8};
  static constexpr std::chrono::minutes kKept{15};  ///< an answer that waits to be fetched
  static constexpr std::size_t kKeptMax = 64;

  explicit ErasureDesk(Config config);
  ~ErasureDesk() { stop(); }
  ErasureDesk(const ErasureDesk&) = delete;
  ErasureDesk& operator=(const ErasureDesk&) = delete;

  /// What the routes call. The desk outlives them.
  endpoints::ErasureCalls calls();

  /// Ends what is under way; what was ordered stays ordered. Then everything is answered 503.
  void stop();

 private:
  using Time = std::chrono::steady_clock::time_point;
  using MayKnow = std::function<bool(const base::TenantId&)>;
  struct Job {
    base::TenantId tenant;
    http::Respond respond;  ///< empty: it was answered 202
    Time answer_by;
    std::optional<http::Response> result;
    Time finished;
  };
  struct Desk {
    bool busy = false;
    std::thread thread;
  };
  struct Question {
    std::string id;
    MayKnow may_know;
    http::Respond respond;
    std::string request;  ///< by which the log knows it
  };

  void erase(endpoints::ErasureRequest request, http::Respond respond);
  void find(std::string id, MayKnow may_know, const http::Respond& respond);
  /// The work of one request, on the region's thread; gives the answer.
  http::Response work(const std::string& id, const endpoints::ErasureRequest& request,
                      const std::vector<privacy::Subject>& subjects);
  http::Response order(const std::string& id, const endpoints::ErasureRequest& request,
                       const privacy::Person& person);
  void finish(const std::string& id, const base::RegionId& region, http::Response response);
  /// Answers questions, and requests that take long; runs on a thread of its own.
  void tend();
  http::Response look_up(const Question& question) const;

  const Config config_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Job> jobs_;       ///< by id; guarded by mutex_, as are those below
  std::map<base::RegionId, Desk> desks_;  ///< of the regions that are kept here
  std::deque<Question> questions_;
  std::thread tender_;
};

}  // namespace countersign::apps
