#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::verify {

/// Compares data/events.csv with the table that the records give, row by row as they come. Keeps the first
/// difference and goes on, so that a wrong table does not hide a wrong record. One thread at a time.
class TableCompare {
 public:
  static base::Result<TableCompare> open(const std::filesystem::path& path);

  /// The next whole rows that are expected, `count` of them. Errors: internal, where the file cannot be read.
  base::Result<void> add(std::string_view rows, std::uint64_t count);

  /// data_loss, with the line, where a row differs, is missing or was added.
  base::Result<void> finish();

 private:
  explicit TableCompare(base::OpenFile file) : file_(std::move(file)) {}
  base::Result<void> read(std::size_t count);

  base::OpenFile file_;
  std::string found_;
  std::uint64_t lines_ = 0;      ///< that are the same
  std::uint64_t different_ = 0;  ///< the first line that is not, from 1; 0: none yet
};

}  // namespace countersign::verify
