#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/sqlite/connection.h"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace countersign::projection {

/// Where in a log the records stand that were received at a time. `received` never decreases within a log, so
/// that is a binary search, however long the log is. One thread.
class ReceivedReader {
 public:
  /// unavailable while the index is being made.
  static base::Result<ReceivedReader> open(const std::filesystem::path& index_file);

  /// The number of the first of the log's first `size` records that was received at or after `time`; `size`
  /// where none was. Of records that were retired nothing is known: they count as received with the one
  /// before them.
  base::Result<std::uint64_t> first_at(std::int64_t log, base::Timestamp time, std::uint64_t size);

  /// How many of a log's records the index has.
  base::Result<std::uint64_t> known(std::int64_t log);

  /// When the last record from `begin` up to, not including, `end` was received; empty where there is none.
  base::Result<std::optional<base::Timestamp>> last_in(std::int64_t log, std::uint64_t begin,
                                                       std::uint64_t end);

 private:
  ReceivedReader(sqlite::Connection connection, sqlite::Statement next, sqlite::Statement last)
      : connection_(std::move(connection)), next_(std::move(next)), last_(std::move(last)) {}

  sqlite::Connection connection_;
  sqlite::Statement next_, last_;
};

}  // namespace countersign::projection
