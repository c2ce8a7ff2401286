#pragma once

#include "collector/http/message.h"
#include "collector/http/server.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace countersign::api {

/// A thread that answers requests whose answers take a disk or a hash, one after another, so that those that
/// serve connections never wait. Any thread may post().
class Desk {
 public:
  using Work = std::function<http::Response()>;

  /// At most `waiting_max` requests wait. `rest`, where it is given, is called on the desk's thread each
  /// `pause`, and after each request before it is answered.
  explicit Desk(std::size_t waiting_max, std::chrono::milliseconds pause = std::chrono::minutes(1),
                std::function<void()> rest = {});
  ~Desk() { stop(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// Answers with what `work` gives; 503 with Retry-After where too many wait or it stops, 500 where it
  /// throws.
  void post(Work work, http::Respond respond);

  /// Ends the request at work, answers what waits with 503, and ends the thread. What is posted later is
  /// answered so, too. A second call waits for the first.
  void stop();

 private:
  struct Waiting {
    Work work;
    http::Respond respond;
    std::string request;  ///< its id, for lines of the log
  };
  void run();

  const std::size_t waiting_max_;
  const std::chrono::milliseconds pause_;
  const std::function<void()> rest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;  ///< guarded by mutex_, as stopping_ is
  bool stopping_ = false;
  std::mutex ending_;
  std::thread thread_;
};

}  // namespace countersign::api
