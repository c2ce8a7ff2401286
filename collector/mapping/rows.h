#pragma once

#include "collector/mapping/mapping.h"
#include "ledger/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace countersign::mapping {

enum class RowForm {
  lines,  ///< one JSON document a line
  csv,    ///< RFC 4180, with a header line
};

struct RowOptions {
  RowForm form = RowForm::lines;
  char delimiter = ',';
};

/// One row of a file.
struct FileRow {
  std::uint64_t number = 0;  ///< of the row, from 1, without the header
  std::string text;          ///< lines: as it stands
  Row cells;                 ///< csv
};

/// Reads the rows of a file one after another, decompressing gzip and zstd as it goes: memory does not grow
/// with the file. One thread.
class RowReader {
 public:
  /// `-` is standard input. not_found, invalid_argument (a header without or with doubled names).
  static base::Result<RowReader> open(const std::filesystem::path& file, const RowOptions& options);
  ~RowReader();
  RowReader(RowReader&&) noexcept;
  RowReader& operator=(RowReader&&) noexcept;

  /// The next row; absent at the end. invalid_argument where a row of a CSV has another number of cells than
  /// the header, is over 1 MiB, or has a quote out of place; data_loss where the compression is damaged.
  base::Result<std::optional<FileRow>> next();

  /// Bytes of the file that have been read, compressed as they are.
  std::uint64_t bytes_read() const;

 private:
  struct Impl;
  explicit RowReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::mapping
