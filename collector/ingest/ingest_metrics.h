#pragma once

#include "collector/ingest/answer.h"
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

  void count(const std::vector<EventAnswer>& events, std::string_view adapter);
  void count_unauthenticated() { unauthenticated_->add(); }

 private:
  void count_unmapped(std::string_view adapter, const std::string& type);

  base::Metrics& metrics_;
  std::array<base::Metric*, kEventStatusCount> by_status_{};  ///< indexed by EventStatus
  base::Metric* unauthenticated_;
  std::mutex mutex_;
  std::set<std::string> types_;  ///< guarded by mutex_; what stands as a label already
};

}  // namespace countersign::ingest
