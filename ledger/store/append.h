#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/record/prepare.h"

#include <functional>
#include <vector>

namespace countersign::store {

/// Where an event stands in the ledger.
struct Receipt {
  base::LogName log;
  base::Seq seq{};
  base::Digest hash;  ///< the record's RFC 6962 leaf hash

  bool operator==(const Receipt&) const = default;
};

enum class AppendStatus {
  appended,
  duplicate,  ///< a record has its (source, id) and says the same
  differing,  ///< a record has its (source, id) and says something else; it stands, the event is not stored
};

/// What became of one event. The receipt of a duplicate or differing event is that of the record that has its
/// (source, id).
struct AppendOutcome {
  AppendStatus status = AppendStatus::appended;
  Receipt receipt;
};

/// One outcome for each event of the batch, in its order; or why none of them was stored.
using AppendResult = base::Result<std::vector<AppendOutcome>>;
using AppendDone = std::function<void(AppendResult)>;

/// The ledger's one append call.
class Appender {
 public:
  virtual ~Appender() = default;

  /// Hands over a batch. On success `done` is called exactly once, later, from the ledger's thread, when
  /// every event is on disk or none is. Fails at once, and `done` is never called, with `unavailable` when
  /// the queue is full or the ledger is stopping (retry later) and with `resource_exhausted` when the batch
  /// alone would fill the queue. Errors given to `done`: `resource_exhausted` the disk is full; `unavailable`
  /// the ledger stopped before the batch was taken; `internal` the outcome is unknown and the process is
  /// about to end. Any thread.
  virtual base::Result<void> submit(std::vector<record::PreparedEvent> events, AppendDone done) = 0;
};

}  // namespace countersign::store
