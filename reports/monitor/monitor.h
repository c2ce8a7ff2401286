#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/policy/history.h"
#include "reports/monitor/detection_query.h"
#include "reports/monitor/finding.h"
#include "reports/monitor/noted_records.h"
#include "reports/monitor/recent_evidence.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace countersign::monitor {

/// How far a log was judged.
struct Position {
  std::uint64_t next = 0;          ///< the first record that was not
  base::Timestamp judged_until{};  ///< stretches of time, such as hours and silences, that were over then

  bool operator==(const Position&) const = default;
};

/// Runs the detections continuously over one log of a tenant: each record is judged once, when it comes, with
/// what is known of the time before it; each stretch of time once, when it is over. Where the runs of records
/// are cut makes no difference. One thread.
class Monitor {
 public:
  struct Options {
    std::filesystem::path index_file;
    std::int64_t log = 0;  ///< its number in the index
    base::TenantId tenant;
    Position position;
    std::vector<reports::Definition> detections;  ///< with the tenant's parameters
    std::uint64_t rows_max = 1'000'000;           ///< records that are kept in memory
    std::uint64_t records_at_once = 20'000;
    std::function<bool()> stopped = {};  ///< asked while it reads back; it may be null
  };
  /// Reads back what the detections may look back to, as far as `rows_max` allows. unavailable while the
  /// index is being made or has less than the position says; aborted where it was stopped; invalid_argument
  /// for a query that is refused.
  static base::Result<Monitor> open(Options options);

  /// Judges the next records, up to `end` but not more than at once, and not beyond the end of a minute: call
  /// it until position().next is `end`. unavailable while the index does not have them. After an error open
  /// another.
  base::Result<std::vector<Finding>> advance(std::uint64_t end);

  /// Judges what was over at a time before which nothing more will be received. Does nothing until a whole
  /// minute has passed since the last time.
  base::Result<std::vector<Finding>> pass_time(base::Timestamp now);

  const Position& position() const { return options_.position; }
  /// How many records of the log the index has taken, and advance() can go to.
  base::Result<std::uint64_t> indexed() { return recent_->indexed(); }

  /// From now on.
  base::Result<void> set_policies(const policy::TenantHistory& policies) {
    return recent_->set_policies(policies);
  }
  base::Result<void> set_revoked(const std::map<std::string, base::Timestamp>& sources) {
    return recent_->set_revoked(sources);
  }

  /// What a detection could not do; the others go on.
  struct Failure {
    std::string control, what;
  };
  std::vector<Failure> take_failures() { return std::exchange(failures_, {}); }

  std::uint64_t rows() const { return recent_->rows(); }
  /// From the next advance() on.
  void keep_at_most(std::uint64_t rows) { options_.rows_max = rows; }
  /// Records that were forgotten, because there were too many, while a detection might have looked back to
  /// them.
  std::uint64_t rows_cut() const { return rows_cut_; }

 private:
  Monitor(Options options, std::unique_ptr<RecentEvidence> recent)
      : options_(std::move(options)), recent_(std::move(recent)) {}
  base::Result<void> prepare();
  base::Result<void> read_back();
  base::Result<void> judge_time(base::Timestamp now, std::vector<Finding>& found);
  base::Result<void> make_room(std::uint64_t records);
  void run(DetectionQuery& query, std::uint64_t first, std::uint64_t records,
           const reports::QueryScope& scope, std::vector<Finding>& found);
  bool is_found_already(const std::string& control, const reports::Exception& one, std::uint64_t first);
  reports::QueryScope scope(base::Timestamp now) const;

  Options options_;
  std::unique_ptr<RecentEvidence> recent_;
  std::vector<DetectionQuery> queries_;
  NotedRecords noted_;
  std::vector<Failure> failures_;
  std::int64_t horizon_us_ = 0;
  base::Timestamp complete_from_{INT64_MAX};  ///< what was received since then was taken, and not cut
  base::Timestamp newest_{INT64_MIN};         ///< receipt of the newest record
  std::uint64_t rows_cut_ = 0;
};

}  // namespace countersign::monitor
