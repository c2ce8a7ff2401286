#pragma once

#include "tests/support/temp_dir.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::testing {

/// A region's index that holds one log, number 3, as the appliance would make it of these records.
class IndexOf {
 public:
  static constexpr std::int64_t kLog = 3;

  explicit IndexOf(const std::vector<std::string>& records);
  /// The records that came since; the file stays what it is.
  void add(const std::vector<std::string>& records, std::size_t from);

  std::filesystem::path file() const { return folder_.path() / "index.sqlite"; }
  std::uint64_t size() const { return size_; }

 private:
  TempDir folder_;
  std::uint64_t size_ = 0;
};

}  // namespace countersign::testing
