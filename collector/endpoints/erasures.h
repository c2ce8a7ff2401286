#pragma once

#include "collector/endpoints/erasure_body.h"
#include "collector/http/server.h"
#include "collector/ingest/registry.h"
#include "ledger/base/types.h"

#include <functional>
#include <memory>
#include <string>

namespace countersign::endpoints {

inline constexpr std::string_view kHeldProblem = "urn:countersign:problem:held";
inline constexpr std::string_view kNothingHeldProblem = "urn:countersign:problem:nothing-held";

/// A request to erase a person, of an operator who may: of a tenant that is kept here.
struct ErasureRequest {
  std::string operator_name;
  base::RegionId region;
  ErasureBody body;
};

/// What the program does with it. Both are called from I/O threads and do not block.
struct ErasureCalls {
  std::function<void(ErasureRequest, http::Respond)> erase;
  /// What became of the erasure of an id. `may_know` says of which tenants the asker may hear; of others it
  /// is as if there were none.
  std::function<void(std::string id, std::function<bool(const base::TenantId&)> may_know, http::Respond)>
      find;
};

}  // namespace countersign::endpoints
