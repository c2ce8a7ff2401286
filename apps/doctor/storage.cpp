#include "apps/doctor/checks.h"
#include "apps/region_directories.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace countersign::doctor {
namespace {

namespace fs = std::filesystem;

constexpr int kDaysFault = 3, kDaysWarning = 30;
/// Of the reserve: where free space is down to so much, events are refused soon.
constexpr std::uint64_t kReservesWarning = 4;
constexpr std::array<std::string_view, 15> kNetwork = {
    "nfs",       "nfs4",      "cifs",   "smb3",  "smbfs",       "afs",           "9p", "ceph", "fuse.sshfs",
    "glusterfs", "fuse.s3fs", "lustre", "ocfs2", "fuse.rclone", "fuse.glusterfs"};

std::uint64_t bytes_of(const store::RegionFiles& files) {
  std::uint64_t sum = 0;
  for (const auto& file : {files.ledger(), files.vault(), files.index()}) {
    std::error_code missing;
    const auto bytes = fs::file_size(file, missing);
    if (!missing) sum += bytes;
  }
  return sum;
}

/// By how much a region grew a day over the last week, by the times of its records; empty where it is not an
/// hour old.
std::optional<double> growth_of(const store::RegionFiles& files, base::Timestamp now) {
  auto ledger = store::LedgerReader::open(files.ledger());
  if (!ledger) return std::nullopt;
  const auto logs = ledger->logs();
  if (!logs) return std::nullopt;
  const base::Timestamp week_ago{now.micros - 7 * kDay};
  std::uint64_t records = 0, fresh = 0;
  auto begin = now;
  for (const auto& log : *logs) {
    if (log.size == 0) continue;
    records += log.size;
    const auto first = ledger->first_received(log, week_ago, log.size);
    if (!first) return std::nullopt;
    fresh += log.size - *first;
    const auto bytes = ledger->record(log, base::seq_at(0));
    const auto oldest =
        bytes ? record::read_record(*bytes) : base::Result<record::RecordView>(base::fail(bytes.error()));
    begin = std::min(begin, oldest ? oldest->received : week_ago);
  }
  const auto span = std::min(now.micros - begin.micros, 7 * kDay);
  if (records == 0 || span < kHour) return std::nullopt;
  const auto bytes_a_record = static_cast<double>(bytes_of(files)) / static_cast<double>(records);
  return bytes_a_record * static_cast<double>(fresh) * static_cast<double>(kDay) / static_cast<double>(span);
}

std::optional<Space> space_of(const fs::path& folder, std::uint64_t reserve) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  return Space{std::uint64_t{info.f_bavail} * info.f_frsize, std::uint64_t{info.f_blocks} * info.f_frsize,
               reserve, std::nullopt};
}

}  // namespace

Check judge_space(const Appliance& appliance, const std::string& id, const fs::path& folder,
                  const Space& space) {
  const auto free = fmt::format("{} are free in {}", spell_bytes(space.free), folder.string());
  const auto advice =
      "enlarge the file system or take other files from it; who keeps how long: docs/retention.md";
  const auto show = appliance.command("retention show");
  if (space.free < space.reserve)
    return wrong(
        id,
        fmt::format("{}, less than the reserve (limits.disk_reserve_bytes, {}): events are refused with 507",
                    free, spell_bytes(space.reserve)),
        advice, show);
  std::string forecast;
  if (space.bytes_a_day && *space.bytes_a_day > 0) {
    const auto days = static_cast<double>(space.free - space.reserve) / *space.bytes_a_day;
    if (days < kDaysWarning) {
      const auto what =
          fmt::format("{}; by the growth of the last days that is enough for {:.0f} days", free, days);
      return days < kDaysFault ? wrong(id, what, advice, show) : doubtful(id, what, advice, show);
    }
    forecast = days < 3'650 ? fmt::format(", enough for {:.0f} days by the growth of the last", days)
                            : ", enough for more than ten years by the growth of the last days";
  }
  if (space.free < kReservesWarning * space.reserve)
    return doubtful(id, free + ", little more than the reserve, below which events are refused", advice,
                    show);
  return well(id, free + forecast);
}

Check judge_file_system(const std::string& id, const fs::path& folder, const std::string& type) {
  const auto lies =
      fmt::format("{} lies on {}", folder.string(), type.empty() ? "an unknown file system" : type);
  if (std::find(kNetwork.begin(), kNetwork.end(), type) != kNetwork.end())
    return wrong(
        id, lies + ": SQLite's WAL is not safe on a network file system",
        "stop the appliance, move the folder to a disk of this machine and name it in the configuration "
        "(docs/configuration.md)");
  if (type == "tmpfs" || type == "ramfs")
    return doubtful(id, lies + ", which is memory: what is there is gone when the machine stops",
                    "move the folder to a disk and name it in the configuration (docs/configuration.md)");
  return well(id, lies);
}

Checks check_storage(const Appliance& appliance) {
  Checks out;
  const auto& config = appliance.config;
  std::set<std::string> devices;
  const auto look = [&](const std::string& name, const fs::path& folder, const store::RegionFiles* files) {
    const auto system = apps::file_system_of(folder);
    // That a folder is missing is said elsewhere.
    if (!system) return;
    out.push_back(judge_file_system("storage.file_system/" + name, folder, system->type));
    if (!devices.insert(system->device).second && files == nullptr) return;
    auto space = space_of(folder, config.limits.disk_reserve_bytes);
    if (!space) return;
    if (files != nullptr) space->bytes_a_day = growth_of(*files, appliance.clock());
    out.push_back(judge_space(appliance, "storage.space/" + name, folder, *space));
  };
  for (const auto& region : config.regions) {
    const auto files = config.region_files(region);
    look(region.value(), files.folder, &files);
  }
  look("heads", config.heads, nullptr);
  look("data", config.data, nullptr);
  if (const auto own = apps::check_file_systems(config); !own)
    out.push_back(wrong("storage.own_file_system", own.error().message,
                        "mount the region's file system, or take own_file_system away", "findmnt"));
  return out;
}

}  // namespace countersign::doctor
