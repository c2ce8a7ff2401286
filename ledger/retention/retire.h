#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/privacy/holds.h"
#include "ledger/record/event_view.h"
#include "ledger/retention/rules.h"
#include "ledger/store/erasure.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/segment.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace countersign::retention {

/// What is due in a log.
struct Due {
  std::vector<store::SegmentPart> parts;
  /// Values that stand in no record but those of the parts.
  store::ErasureOrder values;
  std::map<std::string, record::Kind, std::less<>> kinds;  ///< of the values, by token
  std::vector<std::string> held;                           ///< names of holds that keep something that is due
};

/// Finds the sealed parts of which every type has been kept as long as the rules say, and that no hold
/// covers; at most as many as `tokens_max` values allow, the rest the next time. Reads the whole log once
/// where something is due. aborted where `stop`, asked now and then, says so.
base::Result<Due> find_due(store::LedgerReader& reader, const store::LogHead& log, const TenantRules& rules,
                           const privacy::Holds& holds, base::Timestamp now,
                           const std::function<bool()>& stop = {}, std::size_t tokens_max = 100'000);

/// What is stated of a part that goes now: the rule is the one that keeps its types longest.
store::RetirementStatement retirement_of(const store::SegmentPart& part, const TenantRules& rules,
                                         base::Timestamp now);

/// Removes files of parts that were retired, and those that a crash left: of sealing before the ledger knew
/// of it, of retiring after. Gives the names of those that the file system does not let go, such as
/// write-once storage before its time.
base::Result<std::vector<std::string>> remove_files(store::LedgerReader& reader,
                                                    const std::filesystem::path& folder);

}  // namespace countersign::retention
