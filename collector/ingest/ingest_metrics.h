#pragma once

#include "collector/ingest/event_answer.h"
#include "ledger/base/metrics.h"

#include <array>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {

/// Counts what becomes of events. Thread-safe.
class IngestMetrics {
 public:
  /// `metrics` outlives this.
  explicit IngestMetrics(base::Metrics& metrics);

  /// What became of the events of one request.
  void count(const std::vector<EventAnswer>& events, std::string_view source, std::string_view adapter);

  /// A request that was refused whole. `source` is a registered name, or empty where the sender is not known;
  /// `reason` is of a closed set.
  void count_refusal(std::string_view source, std::string_view reason);

 private:
  void count_unmapped(std::string_view adapter, const std::string& type);

  base::Metrics& metrics_;
  std::array<base::Metric*, kEventStatusCount> by_status_{};  ///< indexed by EventStatus
  std::mutex mutex_;
  std::set<std::string> types_;  ///< guarded by mutex_; what stands as a label already
};

}  // namespace countersign::ingest
