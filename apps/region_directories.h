#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"

#include <filesystem>
#include <string>

/// Where regions lie on this machine. Any thread.
namespace countersign::apps {

/// Whether `inner` is `outer` or lies in it, whatever links lead there. Neither need be there.
bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer);

/// invalid_argument, naming both directories, where a region's directory is another region's, lies in
/// another's, or holds the data folder or the head memory.
base::Result<void> check_directories(const Config& config);

/// For each region with `own_file_system`: failed_precondition, naming both directories, where another
/// region's directory or the data folder lies on the same file system (st_dev of stat(2)) as the region's.
/// not_found where the region's directory is not there. To be called before anything is written.
base::Result<void> check_file_systems(const Config& config);

/// The same of one region, before its directory is made: that its file system will be its own.
base::Result<void> check_file_system(const Config& config, const base::RegionId& region);

/// What a directory lies on, as the kernel tells now.
struct FileSystem {
  std::string device;       ///< `major:minor` of the device
  std::string id;           ///< of statvfs(3), hexadecimal
  std::string type;         ///< ext4, tmpfs
  std::string mount_point;  ///< where it is mounted; empty where the kernel does not tell
};

/// Errors: not_found, permission_denied, internal.
base::Result<FileSystem> file_system_of(const std::filesystem::path& directory);

}  // namespace countersign::apps
