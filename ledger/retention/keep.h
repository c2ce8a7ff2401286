#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/retention/rules.h"
#include "ledger/store/schema.h"
#include "ledger/store/segment.h"
#include "ledger/store/writer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace countersign::retention {

/// What one round did.
struct KeepReport {
  std::vector<store::SegmentStatement> sealed;
  std::vector<store::RetirementStatement> retired;
  std::vector<privacy::Erasure> erased;  ///< values that went with what was retired
  std::vector<std::string> held;         ///< names of holds that kept something that is due
  std::vector<std::string> undeletable;  ///< files that the file system does not let go yet
};

struct KeepOptions {
  store::RegionFiles files;
  const RuleBook* rules = nullptr;
  const privacy::Holds* holds = nullptr;
  privacy::Erasures* erasures = nullptr;  ///< remembers the tokens before their values go
  base::Clock clock;
  std::function<std::string()> new_id;  ///< of an erasure
  /// Asked now and then; true ends the round early.
  std::function<bool()> stop;
  std::uint64_t disk_reserve_bytes = 0;  ///< that sealing leaves free
};

/// One round over all logs of a region: seals what is not hot any more, and retires what has been kept as
/// long as the rules say: first the values that stand in nothing else are erased, then the ledger states what
/// goes, then the files go; a crash in between is made good by the next round. Blocks on the ledger's thread
/// for moments only. One thread. What was done before an error is in `report`.
base::Result<void> keep_to_rules(store::Writer& writer, const KeepOptions& options, KeepReport& report);

}  // namespace countersign::retention
