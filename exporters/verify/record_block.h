#pragma once

#include "exporters/csv/events.h"
#include "exporters/jsonl/checkpoints.h"
#include "exporters/jsonl/filter.h"
#include "exporters/jsonl/totals.h"
#include "exporters/verify/disclosure_index.h"
#include "exporters/verify/evidence.h"
#include "exporters/verify/retired_check.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::verify {

/// What the lines of records.jsonl are held against. Shared by all threads, read only.
struct RecordRules {
  const Evidence* evidence = nullptr;
  jsonl::Filter filter;
  jsonl::CommitTimes commits;
  const DisclosureIndex* disclosures = nullptr;  ///< or masks; null: there are none
  const RetiredCheck* retired = nullptr;
};

/// What a block of lines looks like from outside, for its neighbours.
struct CheckedBlock {
  explicit CheckedBlock(const jsonl::Period& period) : totals(period) {}

  std::uint64_t first_seq = 0;
  std::optional<base::Digest> first_prev;  ///< empty where the first line is withheld
  std::optional<base::Timestamp> first_received;
  std::optional<base::Timestamp> last_received;
  std::vector<base::Digest> leaves;  ///< record hashes, of withheld and retired ones too
  struct Retired {
    std::size_t part = 0;  ///< as RetiredCheck counts them
    std::uint64_t seq = 0;
    base::Digest hash;
  };
  std::vector<Retired> retired;
  jsonl::Totals totals;
  std::string events;  ///< the rows of events.csv that belong to the lines
  std::string fault;   ///< empty: nothing is wrong; else about line number leaves.size() of the block
};

/// Checks a block of whole lines: each one's spelling, place, link to the one before, time, tenant, filter
/// and event, within the block. Stops at the first fault. Keep one checker for each thread.
class BlockChecker {
 public:
  explicit BlockChecker(const RecordRules& rules);
  CheckedBlock check(std::string_view lines);

 private:
  base::Result<void> check_line(std::string_view line, CheckedBlock& out);
  base::Result<void> check_retired(std::string_view line, CheckedBlock& out) const;
  base::Result<void> check_record(std::string_view line, CheckedBlock& out);
  base::Result<void> check_place(std::uint64_t seq, CheckedBlock& out) const;

  const RecordRules& rules_;
  std::optional<IndexedValues> values_;
  csv::EventsWriter writer_;
  std::optional<jsonl::CommitTimes::Cursor> commits_;
};

}  // namespace countersign::verify
