#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/standing/standing_run.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::standing {

/// What tests of controls found in one region, in its folder: `standing/<tenant>.json` is the last report, as
/// it was written, and `standing/<tenant>.history.jsonl` has a line for each test. Tokens stand for persons
/// in both, so an erasure changes neither. They follow from the records and may be deleted. Any thread, one
/// book for each region.
class Book {
 public:
  static constexpr std::size_t kRunsKept = 400;

  explicit Book(const std::filesystem::path& region_folder) : folder_(region_folder / "standing") {}

  /// Keeps a test, durably. `report` is the text that the run was made of. On failure the one before stays,
  /// unless its report was replaced already: then is_whole() is false until the next one.
  base::Result<void> put(const base::TenantId& tenant, const Run& run, std::string_view report);

  /// `most` of the tests that are kept, the oldest first; empty where there was none. Where there are more,
  /// those that were not the last of their UTC day are left out before others are, as they are forgotten.
  /// data_loss for a damaged file.
  base::Result<std::vector<Run>> runs(const base::TenantId& tenant, std::size_t most) const;

  /// The last test; empty where there was none.
  base::Result<std::optional<Run>> newest(const base::TenantId& tenant) const;

  /// Whether the report that is kept is that of the last test.
  base::Result<bool> is_whole(const base::TenantId& tenant) const;

  /// The last test with its report. Empty where there was none, or it is not whole.
  struct Kept {
    Run run;
    boost::json::object report;
  };
  base::Result<std::optional<Kept>> report(const base::TenantId& tenant) const;

  /// Keeps what the last test of the controls that are watched found, durably, in
  /// `standing/<tenant>.watch.json` and apart from the tests of all: it is none of these.
  base::Result<void> put_watched(const base::TenantId& tenant, const Run& run);

  /// That test; empty where there was none. data_loss for a damaged file.
  base::Result<std::optional<Run>> watched(const base::TenantId& tenant) const;

 private:
  struct Texts {
    Run run;
    std::string report;
  };
  base::Result<std::optional<Texts>> read(const base::TenantId& tenant) const;
  std::filesystem::path report_file(const base::TenantId& tenant) const {
    return folder_ / (tenant.value() + ".json");
  }
  std::filesystem::path history_file(const base::TenantId& tenant) const {
    return folder_ / (tenant.value() + ".history.jsonl");
  }
  std::filesystem::path watch_file(const base::TenantId& tenant) const {
    return folder_ / (tenant.value() + ".watch.json");
  }

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;  ///< both files of a tenant are of one moment
};

}  // namespace countersign::standing
