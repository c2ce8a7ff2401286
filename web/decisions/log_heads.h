#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <unordered_map>
#include <vector>

namespace countersign::decisions {

/// How far the logs of a ledger have come, found in a few microseconds each, however many there are: through
/// a read-only connection of its own with prepared statements. The system log is left out: it speaks of the
/// appliance. One thread.
class LogHeads {
 public:
  /// As sqlite::Connection::open.
  static base::Result<LogHeads> open(const std::filesystem::path& ledger_file);

  /// Learns the logs that are new since the last call.
  base::Result<void> learn();

  /// The logs that are known, in the order in which they were made.
  const std::vector<store::LogHead>& all() const { return all_; }

  /// Where in all() the tenant's log is; empty where there is none, or none that is known.
  std::optional<std::size_t> find(const base::TenantId& tenant) const;

  /// Looks how far a log of all() has come, and keeps it there: 0 where all its records are sealed, which the
  /// table has no more.
  base::Result<void> look(std::size_t at);

 private:
  LogHeads(sqlite::Connection connection, sqlite::Statement logs, sqlite::Statement last)
      : connection_(std::move(connection)), logs_(std::move(logs)), last_(std::move(last)) {}

  sqlite::Connection connection_;
  sqlite::Statement logs_, last_;
  std::int64_t known_ = -1;  ///< the largest number that was seen
  std::vector<store::LogHead> all_;
  std::unordered_map<base::TenantId, std::size_t> at_;
};

}  // namespace countersign::decisions
