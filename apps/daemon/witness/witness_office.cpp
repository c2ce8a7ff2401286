#include "apps/daemon/witness/witness_office.h"

#include "apps/daemon/witness/start_check.h"

namespace countersign::apps {

base::Result<std::unique_ptr<WitnessOffice>> WitnessOffice::start(const Config& config, Alarms& alarms,
                                                                  base::Metrics& metrics) {
  TRY(ask_witnesses_before_signing(config, alarms));
  auto out = std::unique_ptr<WitnessOffice>(new WitnessOffice);
  TRY_ASSIGN(out->desk_, WitnessDesk::start(config, alarms, metrics));
  TRY_ASSIGN(out->cosigning_, Cosigning::start(config, alarms, metrics));
  return out;
}

void WitnessOffice::stop() {
  cosigning_->stop();
  desk_->stop();
}

}  // namespace countersign::apps
