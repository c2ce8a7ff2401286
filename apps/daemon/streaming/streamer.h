#pragma once

#include "apps/daemon/streaming/stream_book.h"
#include "apps/daemon/streaming/stream_reader.h"
#include "apps/stream_settings.h"
#include "ledger/base/metrics.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/schema.h"
#include "web/senders/batch/batch.h"

#include <boost/json/object.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace countersign::apps {

/// Sends what a stream's destination has not got, a batch after the other, from a thread of low priority of
/// its own: a destination that is slow or away holds up no other, and nothing else. A position is written
/// down after the destination has taken what is before it: a crash in between has that sent again, with the
/// same ids. What failed is tried again later and later, for ever. What is refused for what it is, is halved
/// until it is one event, which is parked.
///
/// Counts, in `metrics`, by stream: countersign_stream_{sent,failed,refused,retired}_total and
/// countersign_stream_{parked,lag_records,lag_seconds,last_success}.
class Streamer {
 public:
  struct Options {
    StreamSettings settings;
    senders::SendBatch send;
    std::vector<std::pair<base::RegionId, store::RegionFiles>> regions;
    base::Clock clock = base::system_clock();
    base::Clock pace = {};  ///< for waits: never goes back; empty: the machine's monotonic clock
    crypto::Entropy entropy = crypto::system_entropy();
    std::function<void(const std::string&)> log;  ///< told what an operator should know, once a change
    /// Leaves an event for a region's system log.
    std::function<base::Result<void>(const store::RegionFiles&, const boost::json::object&)> record;
  };
  /// `metrics` outlives it. start() begins with the work.
  Streamer(Options options, base::Metrics& metrics);
  ~Streamer();
  Streamer(const Streamer&) = delete;
  Streamer& operator=(const Streamer&) = delete;

  void start();
  /// Ends the thread; an attempt that is under way is given up within a second or two.
  void stop();

  /// One turn of the thread: at most one batch of each region. How long to wait for the next one, in
  /// milliseconds. For tests, which do not start() it.
  std::int64_t turn();

 private:
  struct Part {
    base::RegionId region;
    store::RegionFiles files;
    std::optional<StreamBook> book;
    std::optional<StreamReader> reader;
    std::size_t limit = 0;  ///< items of the next batch
    std::uint64_t lag = 0;
    std::optional<base::Timestamp> oldest;
    base::Timestamp held_until;  ///< by pace_: it could not be read
    std::string told;            ///< why
  };
  enum class Done {
    nothing,  ///< there was nothing to send
    something,
    not_now,  ///< the destination has to be left alone for a while
  };
  void run();
  Done work_safely(Part& part);
  base::Result<Done> work(Part& part);
  base::Result<Done> send_next(Part& part);
  base::Result<Done> send_again(Part& part);
  base::Result<Done> refused(Part& part, const StreamBatch& batch, const std::string& why);
  base::Result<void> begin_anew(Part& part, const std::vector<std::string>& logs);
  base::Result<void> settle(Part& part, const StreamBatch& batch, const senders::BatchOutcome& outcome);
  base::Result<void> tell_refused(const Part& part, const senders::Item& item, const std::string& why);
  senders::BatchOutcome attempt(std::span<const senders::Item> items);
  Done failed(Part& part, const senders::BatchOutcome& outcome);
  void hold(std::int64_t least_s);
  void tell(const std::string& what);
  void show();
  base::Metric& metric(std::string_view name, std::string_view help, base::MetricType type) const;

  const Options options_;
  const base::Clock pace_;
  base::Metrics& metrics_;
  std::vector<Part> parts_;
  std::size_t first_part_ = 0;  ///< whose turn it is
  unsigned failures_ = 0;       ///< one after the other
  unsigned refusals_ = 0;       ///< of single events, without one that was taken in between
  base::Timestamp held_until_;  ///< by pace_: nothing is sent before
  std::string told_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace countersign::apps
