#include "apps/region_directories.h"

#include "ledger/base/open_file.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

using base::Code;
using base::fail;

bool leads_into(const fs::path& inner, const fs::path& outer) {
  const auto way = inner.lexically_relative(outer);
  return !way.empty() && *way.begin() != "..";
}

base::Result<struct stat> status_of(const fs::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return base::os_error("look at", directory);
  return status;
}

/// Of a directory; what is not there yet is made below what is.
dev_t device_of(const fs::path& directory) {
  struct stat status {};
  auto existing = fs::absolute(directory);
  while (::stat(existing.c_str(), &status) != 0 && existing.has_relative_path())
    existing = existing.parent_path();
  return status.st_dev;
}

base::Result<void> check_against(const base::RegionId& region, const fs::path& directory, dev_t device,
                                 const std::string& what, const fs::path& other) {
  if (device_of(other) != device) return {};
  return fail(
      Code::failed_precondition,
      fmt::format("the directory of region {}, {}, lies on the same file system as {}, {}: "
                  "own_file_system = true asks for one of its own; mount it, or take the setting away",
                  region.value(), directory.string(), what, other.string()));
}

/// A mount's line of /proc/self/mountinfo (proc(5)): id, parent, device, root, mount point, options, …, "-",
/// type. Spaces and the like in the mount point are written \040.
struct Mount {
  std::string point, type;
};

std::string without_escapes(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size()) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

bool read_mount(const std::string& line, Mount& out) {
  std::istringstream words(line);
  std::string id, parent, device, root, word;
  if (!(words >> id >> parent >> device >> root >> out.point)) return false;
  out.point = without_escapes(out.point);
  while (words >> word) {
    if (word == "-") return static_cast<bool>(words >> out.type);
  }
  return false;
}

}  // namespace

bool lies_in(const fs::path& inner, const fs::path& outer) {
  return leads_into(fs::weakly_canonical(inner), fs::weakly_canonical(outer));
}

base::Result<void> check_directories(const Config& config) {
  for (const auto& [region, place] : config.places) {
    for (const auto& [other, other_place] : config.places) {
      if (other == region || !lies_in(place.directory, other_place.directory)) continue;
      return fail(
          Code::invalid_argument,
          fmt::format("the directory of region {}, {}, is or lies in that of region {}, {}: give each "
                      "region a directory of its own",
                      region.value(), place.directory.string(), other.value(),
                      other_place.directory.string()));
    }
    for (const auto& [name, folder] : {std::pair{"data", &config.data}, std::pair{"heads", &config.heads}}) {
      if (!lies_in(*folder, place.directory)) continue;
      return fail(Code::invalid_argument,
                  fmt::format("{}, {}, is or lies in the directory of region {}, {}: give the region a "
                              "directory of its own",
                              name, folder->string(), region.value(), place.directory.string()));
    }
  }
  return {};
}

base::Result<void> check_file_system(const Config& config, const base::RegionId& region) {
  const auto& place = config.places.at(region);
  if (!place.own_file_system) return {};
  const auto device = device_of(place.directory);
  for (const auto& [other, other_place] : config.places) {
    if (other == region) continue;
    TRY(check_against(region, place.directory, device, "that of region " + other.value(),
                      other_place.directory));
  }
  return check_against(region, place.directory, device, "the data folder", config.data);
}

base::Result<void> check_file_systems(const Config& config) {
  for (const auto& [region, place] : config.places) {
    if (!place.own_file_system) continue;
    const auto status = status_of(place.directory);
    if (!status)
      return fail(fmt::format("region {} (is its file system mounted?)", region.value()), status.error());
    TRY(check_file_system(config, region));
  }
  return {};
}

base::Result<FileSystem> file_system_of(const fs::path& directory) {
  TRY_ASSIGN(const auto status, status_of(directory));
  struct statvfs info {};
  if (::statvfs(directory.c_str(), &info) != 0) return base::os_error("look at", directory);
  FileSystem out;
  out.device = fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev));
  out.id = fmt::format("{:x}", info.f_fsid);
  std::error_code ignored;
  const auto whole = fs::canonical(directory, ignored);
  std::ifstream mounts("/proc/self/mountinfo");
  Mount mount;
  for (std::string line; std::getline(mounts, line);) {
    // What was mounted last on the longest way there is what counts.
    if (!read_mount(line, mount) || !leads_into(whole, mount.point)) continue;
    if (mount.point.size() < out.mount_point.size()) continue;
    out.mount_point = mount.point;
    out.type = mount.type;
  }
  return out;
}

}  // namespace countersign::apps
