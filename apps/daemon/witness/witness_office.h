#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "apps/daemon/witness/cosigning.h"
#include "apps/daemon/witness/witness_desk.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <memory>

namespace countersign::apps {

/// Both sides of witnessing: the appliance's own witnesses, and the appliance as one.
class WitnessOffice {
 public:
  /// To be called before anything is signed: asks the witnesses first whether the data is an older copy. All
  /// of it outlives this. Errors: data_loss where it is; those of Cosigning and WitnessDesk.
  static base::Result<std::unique_ptr<WitnessOffice>> start(const Config& config, Alarms& alarms,
                                                            base::Metrics& metrics);

  /// This outlives the router.
  void add_routes(http::Router& router) { desk_->add_routes(router); }
  void stop();

 private:
  WitnessOffice() = default;
  std::unique_ptr<WitnessDesk> desk_;
  std::unique_ptr<Cosigning> cosigning_;
};

}  // namespace countersign::apps
