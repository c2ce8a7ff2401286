#pragma once

#include "ledger/base/metrics.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "web/notify/delivery_queue.h"
#include "web/notify/destination.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace countersign::notify {

/// Takes what waits for one destination to it, the oldest first, from a thread of its own: a destination that
/// is slow or away holds up no other. What failed is tried again later and later; what failed for the last
/// time is given up. At least once: a crash after the destination took a delivery has it sent again, with the
/// same id.
///
/// Counts, in `metrics`, by destination: countersign_notify_attempts_total{result},
/// countersign_notify_waiting, countersign_notify_ended.
class Courier {
 public:
  struct Options {
    Destination destination;
    std::vector<std::shared_ptr<DeliveryQueue>> queues;  ///< one for each region
    base::Clock clock = base::system_clock();
    crypto::Entropy entropy = crypto::system_entropy();
    std::function<void(const std::string& what)> log;  ///< told what an operator should know, once a change
  };
  /// `metrics` outlives it. start() begins with the work.
  Courier(Options options, base::Metrics& metrics);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void start();
  /// Ends the thread; an attempt that is under way is given up within a second or two.
  void stop();
  const Destination& destination() const { return options_.destination; }

  /// There is something new. Any thread.
  void wake();

  /// One turn of the thread: makes the attempt that is due, if one is. How long to wait for the next turn, in
  /// milliseconds. For tests, which do not start() it.
  std::int64_t turn();

 private:
  void run();
  void attempt(DeliveryQueue& queue, Delivery delivery);
  void failed(DeliveryQueue& queue, Delivery& delivery, const Outcome& outcome);
  void note_change(const base::Result<void>& done);
  void report(const base::Result<void>& done);
  void tell(const std::string& what);
  std::int64_t with_jitter(std::int64_t seconds) const;
  base::Metric& metric(std::string_view name, std::string_view help, base::MetricType type) const;

  const Options options_;
  base::Metrics& metrics_;
  std::size_t first_queue_ = 0;  ///< whose turn it is, so that no region waits for another
  base::Timestamp held_until_;   ///< the destination asked for so much time
  bool ended_ = false;
  std::string told_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace countersign::notify
