#pragma once

#include "exporters/verify/checks.h"
#include "exporters/verify/residency.h"
#include "ledger/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::verify {

/// Records of the region's system log, each proven to stand in it.
struct ProvenRecords {
  SystemLogHead head;                ///< signed by the keys of the tenant's log, under the system log's name
  std::vector<std::string> records;  ///< verbatim, by ascending number
};

/// Reads a file of records, one a line, and the file of their proofs (format_residency_proofs). data_loss
/// says which of both is wrong, and how.
base::Result<ProvenRecords> read_proven_records(const Verification& run, std::string_view records_name,
                                                std::string_view proofs_name);

/// The same for the system log of whatever region the proofs' checkpoint is of, on the same appliance. Of
/// another region than the bundle's the keys are read from `keys_name` and `rotations_name`, as those below
/// `keys/` are, and the ones that signed the checkpoint have to be keys of the tenant's log, too.
struct SystemLogFiles {
  std::string_view records, proofs, keys, rotations;
};
base::Result<ProvenRecords> read_proven_records(const Verification& run, const SystemLogFiles& files);

}  // namespace countersign::verify
