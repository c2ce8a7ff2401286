#pragma once

#include "web/senders/batch/batch.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace countersign::senders {

/// Which events Splunk's HTTP Event Collector has received, and under which number it says later that they
/// are indexed. So a batch that comes again, in whole or in part or with more behind it, is not posted twice
/// while its indexers only need longer. One thread at a time.
class PendingAcks {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Those of a batch that are not under way.
  std::vector<Item> not_posted(std::span<const Item> items) const;
  /// They were received under a number, which is waited for until then. A number that is not larger than
  /// those before means that the collector began to count anew: it would say of the old ones what is true of
  /// new ones, so they are forgotten.
  void posted(std::span<const Item> items, std::int64_t ack, Time until);
  /// All numbers that are not said to be indexed, those of other batches, too: that something newer is
  /// indexed must not pass for a proof that something older never will be. Nothing where an event of the
  /// batch is not under way.
  std::optional<std::vector<std::int64_t>> asked_for(std::span<const Item> items) const;
  /// It was said once; the collector does not say it again.
  void indexed(std::int64_t ack);
  /// The batch is taken: its events may be sent again from now on.
  void done(std::span<const Item> items);
  /// What has not been indexed in its time is to be posted again.
  void forget(Time now);

 private:
  struct Ack {
    Time until;
    bool indexed = false;
    std::size_t events = 0;
  };
  std::map<std::int64_t, Ack> acks_;
  std::unordered_map<std::string, std::int64_t> events_;  ///< by id
  std::int64_t newest_ = -1;
};

}  // namespace countersign::senders
