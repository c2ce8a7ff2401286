#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/witness_policy.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace countersign::apps {

/// What witnesses have cosigned of a log of a live ledger.
struct LogWitnessing {
  base::LogName log;
  std::uint64_t records = 0;
  std::uint64_t size = 0;  ///< of the checkpoint that they have cosigned; 0: there is none
  tree::WitnessPolicy::Count count;
};

/// Of each log of which a checkpoint was signed: the newest that enough of the witnesses whom the policy
/// names have cosigned, as the book beside the ledger file tells, else the newest that most of them have.
/// Errors of reading both; data_loss where a cosignature is wrong.
base::Result<std::vector<LogWitnessing>> witnessed_logs(const std::filesystem::path& ledger_file,
                                                        const tree::WitnessPolicy& policy);

}  // namespace countersign::apps
