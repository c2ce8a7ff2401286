#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace countersign::store {

/// Which values are to go from a region's vault: tokens of one tenant, 43 characters each.
struct ErasureOrder {
  base::TenantId tenant;
  std::vector<std::string> certain;
  /// These stand in no record but those that name one of `certain`, as of the log's first `searched` records.
  /// One that another record has come to hold since is kept.
  std::vector<std::string> unless_shared;
  std::uint64_t searched = 0;
};

struct ErasureResult {
  std::uint64_t values = 0;  ///< that were there and are gone
  std::uint64_t kept = 0;    ///< of `unless_shared`, that have come to be shared
};
using ErasureDone = std::function<void(base::Result<ErasureResult>)>;

/// Called on the ledger's thread with the tokens that are about to go; a failure keeps them all.
using RememberErasure = std::function<base::Result<void>(const std::vector<std::string>& tokens)>;

}  // namespace countersign::store
