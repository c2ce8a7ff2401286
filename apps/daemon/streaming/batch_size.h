#pragma once

#include <cstddef>
#include <string>

namespace countersign::apps {

/// How many events the next batch holds, where a batch is not taken: finds the one event that a destination
/// never takes, and only by what it took meanwhile. A value.
class BatchSize {
 public:
  explicit BatchSize(std::size_t most) : most_(most), size_(most) {}

  std::size_t next() const { return size_; }
  /// Whether one is looked for among events that were a batch and failed.
  bool is_searching() const { return suspects_ > 0; }

  /// So many were dealt with: the batches grow again.
  void dealt_with(std::size_t items);
  /// A batch was refused, or failed where nothing else can be tried: half of it is next.
  void halve(std::size_t items);
  /// A batch that begins with this event failed, just after the destination took another event. Whether the
  /// event, alone, has now failed so often in this way that it is this one.
  bool failed_alone(std::size_t items, const std::string& first_id);
  /// The destination did not take the other event either, or failed by itself: what failed alone so far shows
  /// nothing.
  void unclear() { alone_ = 0; }
  /// It cannot be found out.
  void stop_searching() { suspects_ = alone_ = 0; }

 private:
  std::size_t most_, size_;
  std::size_t suspects_ = 0;  ///< events from the next one on, of which one may be the one
  unsigned alone_ = 0;
  std::string id_;  ///< of the event that failed alone
};

}  // namespace countersign::apps
