#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/sqlite/connection.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

/// Numbers of a source's own count that have not come: from `low` to `high`, both included.
struct SequenceGap {
  std::int64_t low = 0, high = 0;
};

/// For how much of a period a source was heard in one log.
struct Coverage {
  std::int64_t minutes = 0;          ///< of the period
  std::int64_t minutes_covered = 0;  ///< within the source's interval after something was heard
  std::int64_t events = 0;
  std::optional<base::Timestamp> first_heard, last_heard;  ///< begin of the minute
  /// Receipt less the event's own time, in milliseconds: the smallest is the clock's skew or the quickest
  /// delivery; below zero the source's clock is ahead.
  std::optional<std::int64_t> skew_min_ms, skew_max_ms;
  std::vector<SequenceGap> gaps;  ///< the first 100, whatever the period
  std::int64_t gaps_total = 0;    ///< at most kGapsReadMost
  std::int64_t missing = 0;       ///< numbers in the gaps that were read
  bool gaps_more = false;         ///< there are more gaps than were read
  static constexpr std::int64_t kGapsReadMost = 10'000;
};

struct CoverageRequest {
  std::int64_t log = 0;  ///< LogHead::number
  std::string source;
  base::Timestamp from, before;
  std::int64_t interval_s = 60;  ///< how long a source is covered after it was heard; at least a minute
  bool no_earlier = false;       ///< what was heard before `from` does not count
};

/// Reads coverage from the index. One thread.
class CoverageReader {
 public:
  static base::Result<CoverageReader> open(const std::filesystem::path& index_file);

  base::Result<Coverage> read(const CoverageRequest& request);

  /// The sources that were heard in a log, by name.
  base::Result<std::vector<std::string>> sources_of(std::int64_t log);
  /// The minute in which the source was heard last in a log, of those that lie in the time as a whole.
  base::Result<std::optional<base::Timestamp>> last_heard_in(std::int64_t log, std::string_view source,
                                                             base::Timestamp from, base::Timestamp before);
  /// The minute in which the source was heard last in any log of the region.
  base::Result<std::optional<base::Timestamp>> last_heard(std::string_view source);

 private:
  explicit CoverageReader(sqlite::Connection connection) : connection_(std::move(connection)) {}
  base::Result<void> read_minutes(const CoverageRequest& request, Coverage& out);
  base::Result<void> read_gaps(const CoverageRequest& request, Coverage& out);

  sqlite::Connection connection_;
};

}  // namespace countersign::projection
