#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace countersign::projection {

/// Whether a record says that its source was heard: not imported history, and not what the appliance itself
/// made, such as a test of a source.
bool is_heard(std::string_view source, std::string_view proof);

/// Notes when each source was heard, how its clock stood to ours, and which of its own sequence numbers have
/// come, from the records alone, so that a report of coverage recomputes from a bundle. What is_heard()
/// denies is left out. Used by Index, in its transaction.
class SourcesHeard {
 public:
  static base::Result<SourcesHeard> prepare(sqlite::Connection& index);

  base::Result<void> note(std::int64_t log, const record::RecordView& record, const record::EventView& event,
                          std::int64_t occurred_us);

  /// Writes what note() has gathered; before the transaction's commit.
  base::Result<void> flush();

 private:
  using Minute = std::tuple<std::int64_t, std::string, std::int64_t>;  ///< log, source, minute since 1970
  struct Sum {
    std::int64_t events = 0, skew_min_ms = INT64_MAX, skew_max_ms = INT64_MIN;
  };
  SourcesHeard(sqlite::Statement put, sqlite::Statement around, sqlite::Statement remove,
               sqlite::Statement insert)
      : put_(std::move(put)),
        around_(std::move(around)),
        remove_(std::move(remove)),
        insert_(std::move(insert)) {}
  base::Result<void> note_sequence(std::int64_t log, std::string_view source, std::int64_t number);

  sqlite::Statement put_, around_, remove_, insert_;
  std::map<Minute, Sum> sums_;
};

}  // namespace countersign::projection
