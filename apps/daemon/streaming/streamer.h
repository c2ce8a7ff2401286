#pragma once

#include "apps/daemon/streaming/batch_size.h"
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
#include <map>
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
/// until it is one event, which is parked. So is what gets an answer about what it says again and again,
/// alone, while the destination takes what it took of the same log before: whoever can put a text into an
/// event could stop the stream otherwise. A log whose records are not those that were signed stops; the
/// others go on.
///
/// Counts, in `metrics`, by stream: countersign_stream_{sent,failed,refused,retired,faults}_total and
/// countersign_stream_{parked,stopped_logs,lag_records,lag_seconds,last_success}.
class Streamer {
 public:
  struct Options {
    StreamSettings settings;
    senders::SendBatch send;
    std::vector<std::pair<base::RegionId, store::RegionFiles>> regions;
    base::Clock clock = base::system_clock();
    base::Clock pace = {};  ///< for waits: never goes back; empty: the machine's monotonic clock
    crypto::Entropy entropy = crypto::system_entropy();
    std::function<void(const std::string&)> log;    ///< told what an operator should know, once a change
    std::function<void(const std::string&)> alarm;  ///< told of logs that are not what was signed
    /// Leaves an event for a region's system log.
    std::function<base::Result<void>(const store::RegionFiles&, const boost::json::object&)> record;
    /// Whether the region's system log has what it was told of the stream; nothing is sent before. Empty: it
    /// has.
    std::function<bool(const store::RegionFiles&)> is_recorded;
  };
  /// `metrics` outlives it. start() begins with the work.
  Streamer(Options options, base::Metrics& metrics);
  ~Streamer();
  Streamer(const Streamer&) = delete;
  Streamer& operator=(const Streamer&) = delete;

  void start();
  /// Has the thread end soon, without waiting for it.
  void ask_to_stop();
  /// Ends the thread; an attempt that is under way is given up within a second or two.
  void stop();

  /// One turn of the thread: at most one batch of each region. How long to wait for the next one, in
  /// milliseconds. For tests, which do not start() it.
  std::int64_t turn();

 private:
  /// What was sent, and is not written down yet.
  struct Sent {
    StreamBatch batch;
    senders::BatchOutcome outcome;
  };
  /// A batch that failed, of which it is asked whether it is the batch or the destination.
  struct Suspect {
    std::size_t items = 0;
    std::string first_log, first_id;
    std::uint64_t first_seq = 0;
    std::string why;
  };
  /// A log whose next event fails for what it says, perhaps, and of which nothing was taken before: it cannot
  /// be known, so it is asked for alone now and then.
  struct Waiting {
    base::Timestamp until;  ///< by pace_
    std::string why;
  };
  struct Part {
    base::RegionId region;
    store::RegionFiles files;
    BatchSize size;
    std::optional<StreamBook> book = {};
    std::optional<StreamReader> reader = {};
    bool recorded = false;
    std::optional<Sent> sent = {};
    unsigned failures = 0;  ///< one after the other
    std::optional<Suspect> suspect = {};
    std::string vouched = {};  ///< id of an event before which the destination has just taken another
    std::string given_up = {}, given_up_why = {};  ///< id of an event that the destination never takes
    std::map<std::string, Waiting> waiting = {};   ///< by log
    StreamBacklog backlog = {};
    std::int64_t parked = 0;
    std::map<std::string, std::string> faults = {};  ///< of logs
    base::Timestamp held_until = {};                 ///< by pace_: it could not be read
    std::string told = {}, stands = {};              ///< why; why nothing is sent
  };
  enum class Done {
    nothing,  ///< there was nothing to send
    something,
    not_now,  ///< the destination has to be left alone for a while
  };
  void run();
  Done work_safely(Part& part);
  base::Result<Done> work(Part& part);
  base::Result<bool> may_send(Part& part);
  void stand(Part& part, const std::string& why);
  /// Has `status` show it.
  void note(Part& part, const std::string& why);
  void note_faults(Part& part, const StreamBatch& batch);
  void hold(std::int64_t least_s);
  void tell(const std::string& what);
  void measure(Part& part);
  void show();
  base::Metric& metric(std::string_view name, std::string_view help, base::MetricType type) const;

  // One batch, in streamer_batches.cpp.
  base::Result<Done> send_next(Part& part);
  base::Result<Done> send_again(Part& part);
  base::Result<Done> refused(Part& part, StreamBatch batch, const std::string& why);
  Done failed(Part& part, const senders::BatchOutcome& outcome);
  void suspect(Part& part, const StreamBatch& batch, const senders::BatchOutcome& outcome);
  base::Result<Done> judge(Part& part);
  std::string log_to_ask(const Part& part) const;
  void have_wait(Part& part, const std::string& log, const std::string& why);
  base::Result<std::optional<senders::Item>> taken_before(Part& part, const std::string& log);
  base::Result<void> begin_anew(Part& part, const std::vector<std::string>& logs);
  base::Result<void> settle(Part& part, StreamBatch batch, senders::BatchOutcome outcome);
  base::Result<void> write_down(Part& part);
  base::Result<void> tell_refused(const Part& part, const ParkedRecord& record, const std::string& id,
                                  std::string_view type);
  senders::BatchOutcome attempt(std::span<const senders::Item> items);

  const Options options_;
  const base::Clock pace_;
  base::Metrics& metrics_;
  std::vector<Part> parts_;
  std::size_t first_part_ = 0;  ///< whose turn it is
  base::Timestamp measured_;    ///< by pace_
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
