#pragma once

#include "exporters/bundle/staging.h"
#include "exporters/verify/residency.h"
#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"

#include <string>

namespace countersign::bundle {

/// What an export says of its own way.
struct ResidencyRequest {
  base::RegionId destination = {};  ///< region or country; empty: the region of the log
  std::string event = {};           ///< id under which the export is recorded in the system log
};

/// Writes data/residency.json and, where a checkpoint covers the region's system log, the records of it that
/// speak of the tenant, with their proofs. Reads the system log from its beginning. `facts` has everything
/// but the head of the system log. data_loss where the system log does not read or its checkpoint does not
/// verify.
base::Result<void> write_residency(store::LedgerReader& ledger, verify::ResidencyFacts facts,
                                   Staging& staging);

}  // namespace countersign::bundle
