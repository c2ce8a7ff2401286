#include "ledger/backup/place.h"

#include "ledger/base/file.h"
#include "ledger/base/open_file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <vector>

namespace countersign::backup {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

constexpr std::string_view kInside = ".restoring", kLock = "lock", kLedger = "ledger.sqlite";

bool is_mount_point(const fs::path& folder) {
  struct statx info {};
  return ::statx(AT_FDCWD, folder.c_str(), 0, STATX_BASIC_STATS, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) out.push_back(entry.path());
  return out;
}

base::Result<void> sync_folder(const fs::path& folder) {
  TRY_ASSIGN(auto open, base::OpenFile::open(folder, O_RDONLY | O_DIRECTORY));
  return open.sync();
}

base::Result<void> move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return base::os_error("put in place", to);
  return {};
}

base::Result<void> clear_away(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return fail(Code::internal, fmt::format("cannot remove {}: {}", path.string(), error.message()));
  return {};
}

/// Whether the folder holds a restore that was killed while it put the entries of a mount point in place:
/// they are its own, because it began in an empty folder, and the ledger is not among them yet.
bool is_half_placed(const fs::path& region) {
  std::error_code ignored;
  return fs::exists(region / kInside, ignored) && !fs::exists(region / kLedger, ignored);
}

base::Result<void> check_empty(const fs::path& region) {
  for (const auto& entry : entries_of(region)) {
    const auto name = entry.filename().string();
    if (name == kLock || name == kInside || name == "lost+found") continue;
    return fail(Code::already_exists,
                fmt::format("{} is not empty, and a restore never writes over anything; move it away first: "
                            "mv {} {}.before-restore",
                            region.string(), region.string(), region.string()));
  }
  return {};
}

}  // namespace

Place::Place(Place&& other) noexcept
    : region_(std::move(other.region_)),
      staging_(std::exchange(other.staging_, {})),
      region_lock_(std::move(other.region_lock_)),
      staging_lock_(std::move(other.staging_lock_)) {}

Place::~Place() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
}

base::Result<Place> Place::take(const fs::path& region_folder) {
  const auto region = fs::absolute(region_folder).lexically_normal();
  std::error_code ignored;
  const bool there = fs::exists(region, ignored);
  const bool inside = there && is_mount_point(region);
  const auto beside = region.parent_path() / fmt::format(".{}.restoring", region.filename().string());
  const auto staging = inside ? region / kInside : beside;
  std::optional<store::RegionLock> region_lock;
  if (there) {
    TRY_ASSIGN(auto lock, store::RegionLock::take(region / kLock));
    region_lock.emplace(std::move(lock));
    if (inside && is_half_placed(region)) {
      for (const auto& entry : entries_of(region)) {
        const auto name = entry.filename().string();
        if (name != kLock && name != kInside && name != "lost+found") TRY(clear_away(entry));
      }
    }
    TRY(check_empty(region));
  }
  if (fs::exists(staging, ignored)) {
    auto lock = store::RegionLock::take(staging / kLock);
    if (!lock) return fail("another restore is under way", lock.error());
    TRY(clear_away(staging));
  }
  TRY(base::make_folders_durably(staging));
  Place place(region, staging);
  place.region_lock_ = std::move(region_lock);
  TRY_ASSIGN(auto lock, store::RegionLock::take(staging / kLock));
  place.staging_lock_.emplace(std::move(lock));
  return place;
}

base::Result<void> Place::publish() {
  TRY(sync_folder(staging_));
  if (staging_.parent_path() == region_) return publish_inside();
  std::error_code ignored;
  if (fs::exists(region_, ignored)) {
    ::unlink((region_ / kLock).c_str());
    if (::rmdir(region_.c_str()) != 0) return base::os_error("put the region in place of", region_);
  }
  TRY(move(staging_, region_));
  staging_.clear();
  return sync_folder(region_.parent_path());
}

base::Result<void> Place::publish_inside() {
  for (const auto& entry : entries_of(staging_)) {
    const auto name = entry.filename().string();
    if (name != kLock && name != kLedger) TRY(move(entry, region_ / name));
  }
  TRY(sync_folder(region_));
  TRY(move(staging_ / kLedger, region_ / kLedger));
  TRY(sync_folder(region_));
  return {};
}

}  // namespace countersign::backup
