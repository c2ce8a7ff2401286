#pragma once

#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

namespace countersign::projection {

/// Keeps a region's index level with its ledger from a thread of its own, with low priority, so that search
/// never slows evidence down.
class Projector {
 public:
  /// Where the index fails it is made anew once; where that fails too the thread ends and the metric
  /// `countersign_index_failed` says so. `metrics` outlives the projector.
  static base::Result<std::unique_ptr<Projector>> start(const std::filesystem::path& ledger_file,
                                                        const std::filesystem::path& index_file,
                                                        std::string_view region, base::Metrics& metrics);
  ~Projector();
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

 private:
  Projector(std::filesystem::path ledger_file, std::filesystem::path index_file, base::Metric& indexed,
            base::Metric& behind, base::Metric& failed);
  void run();
  base::Result<void> follow();
  bool pause();

  const std::filesystem::path ledger_file_;
  const std::filesystem::path index_file_;
  base::Metric& indexed_;
  base::Metric& behind_;
  base::Metric& failed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace countersign::projection
