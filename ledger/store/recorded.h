#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/segment.h"

#include <string>
#include <string_view>

namespace countersign::sqlite {
class Connection;
}

/// What the system log records when a part of a log is sealed, and when it is retired: what was stated of it
/// then, under a checkpoint that was signed then. Pure, but for check_recorded().
namespace countersign::store {

/// The source of the appliance's own events.
inline constexpr std::string_view kApplianceSource = "countersign";

/// What makes such an event: its id, so that it is recorded once, its time, and its action's context.
struct RecordedPart {
  std::string id;
  base::Timestamp time;
  std::string context;
};
RecordedPart recorded(const SegmentStatement& sealed);
RecordedPart recorded(const RetirementStatement& retired);

/// Compares what is stated of a log's sealed parts now with what was recorded. What is not recorded yet,
/// because a crash came between, and what the system log itself has retired is passed over. data_loss, naming
/// the part, for the first that differs. `ledger` is a connection to the same file; `system` is the system
/// log's head.
base::Result<void> check_recorded(LedgerReader& reader, sqlite::Connection& ledger, const LogHead& log,
                                  const LogHead& system);

}  // namespace countersign::store
