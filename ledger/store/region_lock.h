#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"

#include <filesystem>

namespace countersign::store {

/// Keeps a region to one process: an advisory lock (flock) on a file that names the holder. Released when it
/// goes, and by the system when the process ends in any way.
class RegionLock {
 public:
  /// failed_precondition, naming the process, where another holds it.
  static base::Result<RegionLock> take(const std::filesystem::path& lock_file);

 private:
  explicit RegionLock(base::OpenFile file) : file_(std::move(file)) {}
  base::OpenFile file_;
};

}  // namespace countersign::store
