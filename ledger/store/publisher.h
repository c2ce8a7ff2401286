#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/log_book.h"
#include "ledger/store/writer.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace countersign::store {

/// Signs and publishes checkpoints of logs that grew. For each: sign, remember outside the data folder,
/// publish, in this order, so that what was published is never newer than what is remembered. The ledger's
/// thread only.
class Publisher {
 public:
  /// Compares every log with its newest checkpoint and with the memory; data_loss where the logs are shorter
  /// or have another root than what was signed.
  static base::Result<Publisher> open(LogBook& book, HeadMemory memory, CheckpointSigner sign,
                                      base::Clock clock);

  enum class When { due, now };
  /// Publishes where a log has grown. resource_exhausted: nothing was published, it may be tried again.
  base::Result<void> publish(LogBook& book, Store& store, When when);

  /// What the next checkpoint states as its time, POSIX seconds: never before one that was published or a key
  /// that took over.
  std::int64_t time() const;
  /// The time of the newest checkpoint that was published, or of the newest key; 0 where there is none.
  std::int64_t newest_time() const { return newest_time_; }
  /// Signs with other keys from now on, which take over at `time`. To be called when nothing is left to
  /// publish under the keys before.
  void set_signer(CheckpointSigner sign, std::int64_t time);

  void set_interval_ms(std::int64_t interval_ms) { interval_ms_ = interval_ms; }
  /// Milliseconds until publish(due) has something to do; empty where no log has grown.
  std::optional<std::int64_t> due_in_ms(const LogBook& book) const;

 private:
  Publisher(HeadMemory memory, CheckpointSigner sign, base::Clock clock)
      : memory_(std::move(memory)), sign_(std::move(sign)), clock_(std::move(clock)) {}
  bool has_grown(const LogBook& book) const;

  HeadMemory memory_;
  CheckpointSigner sign_;
  base::Clock clock_;
  std::map<std::string, std::uint64_t> published_;  ///< size of the newest checkpoint, by tenant
  std::int64_t interval_ms_ = 1000;
  std::int64_t newest_time_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace countersign::store
