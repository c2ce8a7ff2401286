#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "collector/http/server.h"
#include "ledger/base/types.h"
#include "web/decisions/decider.h"

#include <functional>

namespace countersign::decisions {

/// What the program does for the route. Called from I/O threads; none blocks.
struct DecideCalls {
  /// Who may ask: a problem for those who may not. Null: nobody.
  endpoints::Permit permit;
  /// Whether decisions of that region are given here.
  std::function<bool(const base::RegionId&)> serves;
  /// Answers as DecisionDesk::decide; only for a region that is served.
  std::function<void(const base::RegionId&, DecisionRequest, http::Respond)> decide;
};

/// POST /v1/tenants/{tenant}/step-up/decisions: whether a person must prove himself again before an action,
/// asked by whoever is permitted and acts for the tenant. 200 with the decision, whatever it
/// is; 421 where the tenant's region is served elsewhere, before the body is looked at; 503 with Retry-After
/// where nothing can be decided now. The answer repeats no personal value.
void add_decisions(http::Router& router, const endpoints::Reception& reception, DecideCalls calls);

}  // namespace countersign::decisions
