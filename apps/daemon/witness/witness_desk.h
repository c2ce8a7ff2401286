#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/witness/witness.h"
#include "web/api/desk.h"
#include "web/witness/witness_routes.h"

#include <memory>

namespace countersign::apps {

/// The appliance as a witness for others' logs (`[witness]`): its key, its state and the desk at which
/// requests are answered one after another.
class WitnessDesk {
 public:
  /// Does nothing where `[witness]` is not there. What is given outlives this. Errors: the key is missing or
  /// another's, the state is missing (it is never made here: a witness that forgot would sign anything).
  static base::Result<std::unique_ptr<WitnessDesk>> start(const Config& config, Alarms& alarms,
                                                          base::Metrics& metrics);

  /// This outlives the router. The routes are there in any case; without `[witness]` they answer 404.
  void add_routes(http::Router& router);
  void stop() { desk_.stop(); }

 private:
  WitnessDesk() = default;
  std::unique_ptr<witness::Witness> witness_;
  base::Metrics* metrics_ = nullptr;
  api::Desk desk_{64};
};

}  // namespace countersign::apps
