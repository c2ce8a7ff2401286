#pragma once

#include "ledger/base/result.h"
#include "ledger/store/region_lock.h"

#include <filesystem>
#include <optional>

namespace countersign::backup {

/// Where a region is put together before it appears under its name. That is a folder beside the region's, or,
/// where the region's folder is a mount point, a folder in it, so that nothing of a region is written outside
/// of its file system. What a killed restore has left there is removed by the next. Holds the region's lock.
class Place {
 public:
  /// Makes an empty staging folder. failed_precondition, and nothing changes, where a process uses the region
  /// or another restore is under way; already_exists where the folder holds anything but what a restore has
  /// left.
  static base::Result<Place> take(const std::filesystem::path& region_folder);
  /// Removes the staging folder unless it was published.
  ~Place();
  Place(Place&& other) noexcept;
  Place& operator=(Place&&) = delete;

  const std::filesystem::path& staging() const { return staging_; }

  /// Makes what is in the staging folder the region: by one rename, or in a mount point by one for each
  /// entry, of which the ledger is the last, without which no region starts.
  base::Result<void> publish();

 private:
  Place(std::filesystem::path region, std::filesystem::path staging)
      : region_(std::move(region)), staging_(std::move(staging)) {}
  base::Result<void> publish_inside();

  std::filesystem::path region_, staging_;
  std::optional<store::RegionLock> region_lock_, staging_lock_;
};

}  // namespace countersign::backup
