#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/policy/history.h"
#include "ledger/sqlite/connection.h"
#include "ledger/sqlite/guard.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace countersign::monitor {

/// What happened lately in one log, in memory: the tables of a report's workspace, filled a run of records at
/// a time from the region's index. In the table `evidence`, in_period = 1 marks what is to be judged: the
/// records that came last, and those before them that are to be judged anew because of what came late. One
/// thread.
class RecentEvidence {
 public:
  /// unavailable while the index is being made, or has fewer than `records` of the log.
  static base::Result<std::unique_ptr<RecentEvidence>> open(const std::filesystem::path& index_file,
                                                            std::int64_t log, std::uint64_t records);
  ~RecentEvidence();
  RecentEvidence(const RecentEvidence&) = delete;
  RecentEvidence& operator=(const RecentEvidence&) = delete;

  /// By which queries of detections are prepared and run; they must not outlive this.
  sqlite::Guard& guard();

  /// How many records of the log the index has taken.
  base::Result<std::uint64_t> indexed();
  /// When the first of the records from `begin` up to, without, `end` was received; empty where none is left.
  base::Result<std::optional<base::Timestamp>> received(std::uint64_t begin, std::uint64_t end);
  /// The first of these records that was received at `time` or later; `end` where none was.
  base::Result<std::uint64_t> first_received(base::Timestamp time, std::uint64_t begin, std::uint64_t end);

  enum class As {
    known,  ///< looked back to
    to_judge
  };
  /// Takes these records from the index. What happened more than `horizon_us` before it was received is
  /// history, and stays out. Of records of before, those that tell of a challenge whose account is known only
  /// now get it, and are judged anew; so are those that happened after one that comes only now, of each kind
  /// at most as many as records are taken, or 2,000. set_aside() comes before the next call.
  base::Result<void> take(std::uint64_t begin, std::uint64_t end, As as, std::int64_t horizon_us);
  /// Whether a record came only after one that happened later was judged.
  base::Result<bool> is_late(std::uint64_t seq);
  /// Nothing is to be judged any more.
  base::Result<void> set_aside();

  std::uint64_t rows() const;
  /// When the oldest record was received; empty where there is none.
  base::Result<std::optional<base::Timestamp>> oldest_received();
  /// Forgets what happened before `time`, and when each source was heard before `now` but for the last time.
  base::Result<void> forget_before(base::Timestamp time, base::Timestamp now);
  /// Forgets the records that came first.
  base::Result<void> forget_oldest(std::uint64_t rows);

  base::Result<void> set_policies(const policy::TenantHistory& policies);
  /// When sources were revoked, by name.
  base::Result<void> set_revoked(const std::map<std::string, base::Timestamp>& sources);

 private:
  struct Impl;
  explicit RecentEvidence(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::monitor
