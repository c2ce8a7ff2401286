#pragma once

#include "ledger/mirror/check_log.h"
#include "ledger/mirror/follow.h"
#include "tests/ledger/mirror/served_log.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <set>
#include <string>

namespace countersign::mirror {

namespace fs = std::filesystem;
using base::Code;
using testing::ServedLog;
using testing::TempDir;

inline constexpr auto kGoOn = [] { return false; };

inline MirrorOptions options(const ServedLog& log, const TempDir& dir) {
  return {"eu", log.keys(), dir / "mirror", [] { return std::uint64_t{0}; },
          [] { return base::Timestamp{1'800'000'000'000'000}; }};
}

/// All that is wrong with what a mirror holds; empty: nothing.
inline std::string faults(const ServedLog& log, const TempDir& dir) {
  const auto check = check_log(MirrorFolder(dir / "mirror").fetch(), log.keys());
  if (!check) return check.error().message;
  return check->faults.empty() ? "" : check->faults.front();
}

/// As the files have it.
inline std::uint64_t missing_records(const MirrorFolder& folder, std::uint64_t size) {
  std::uint64_t all = 0;
  folder.for_each_missing(size, [&](std::uint64_t, std::uint64_t records) { all += records; });
  return all;
}

inline std::set<std::string> files_of(const TempDir& dir) {
  std::set<std::string> out;
  for (const auto& one : fs::recursive_directory_iterator(dir / "mirror")) {
    if (one.is_regular_file()) out.insert(fs::relative(one.path(), dir / "mirror").string());
  }
  return out;
}

}  // namespace countersign::mirror
