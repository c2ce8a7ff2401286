#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/segment.h"
#include "ledger/store/segment_file.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace countersign::store {

/// Reads the sealed ranges of a ledger: the rows that state them and the files that hold them.
/// LedgerReader's. One thread.
class SealedRecords {
 public:
  /// `connection` outlives it. A ledger file of format 1 has no sealed ranges.
  static base::Result<SealedRecords> prepare(sqlite::Connection& connection, std::filesystem::path folder);

  using RangePtr = std::shared_ptr<const SegmentRange>;
  /// The range that a record is sealed in; null where it is not.
  base::Result<RangePtr> covering(std::int64_t log, std::uint64_t seq);
  /// All ranges of a log, in order.
  base::Result<std::vector<SegmentRange>> ranges(std::int64_t log);
  base::Result<std::uint64_t> retired_parts();
  /// Behind the last sealed record of a log; 0 where none is.
  base::Result<std::uint64_t> end_of(std::int64_t log);

  /// As LedgerReader::read, for records of one range, which the caller keeps. The visitors may ask this for
  /// anything.
  using Visit = std::function<base::Result<void>(base::Seq, std::string_view record)>;
  using VisitRetired = std::function<base::Result<void>(base::Seq)>;
  base::Result<void> read(const SegmentRange& range, std::uint64_t begin, std::uint64_t end,
                          const Visit& visit, const VisitRetired& retired);
  /// One record; not_found, saying when and why, where it was retired.
  base::Result<std::string> record(const SegmentRange& range, std::uint64_t seq);

 private:
  SealedRecords(std::filesystem::path folder) : folder_(std::move(folder)) {}
  base::Result<std::optional<SegmentRange>> load(std::int64_t log, std::uint64_t begin);
  /// The part's file, taken out of those that are open; nothing where it was retired meanwhile.
  base::Result<std::optional<SegmentFile>> take_file(const SegmentRange& range, const SegmentPart& part);
  void keep_file(const SegmentRange& range, const SegmentPart& part, SegmentFile file);

  std::filesystem::path folder_;
  std::optional<sqlite::Statement> covering_, parts_, begins_, last_, retired_;
  RangePtr range_;                            ///< the last that was asked for
  std::uint64_t known_retired_ = 0;           ///< retired_parts() when it was read
  std::map<std::string, SegmentFile> files_;  ///< of one range
};

}  // namespace countersign::store
