#pragma once

#include "collector/ingest/event_answer.h"
#include "collector/ingest/source_book.h"
#include "ledger/base/metrics.h"

#include <array>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {

/// Counts what becomes of events, for the metrics and for the operator's book. Thread-safe.
class IngestMetrics {
 public:
  /// `metrics` outlives this.
  IngestMetrics(base::Metrics& metrics, base::Clock clock);

  SourceBook& book() { return book_; }

  /// What became of the events of one request.
  void count(const std::vector<EventAnswer>& events, std::string_view source, std::string_view adapter);

  /// A request that was refused whole. `source` is a registered name, or empty where the sender is not known;
  /// `reason` is of a closed set.
  void count_refusal(std::string_view source, std::string_view reason);

 private:
  void count_unmapped(std::string_view source, std::string_view adapter, const EventAnswer& event);

  base::Metrics& metrics_;
  const base::Clock clock_;
  SourceBook book_;
  std::array<base::Metric*, kEventStatusCount> by_status_{};  ///< indexed by EventStatus
  std::mutex mutex_;
  std::set<std::string> types_;  ///< guarded by mutex_; what stands as a label already
};

}  // namespace countersign::ingest
