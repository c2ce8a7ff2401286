#pragma once

#include "apps/daemon/region.h"
#include "ledger/base/metrics.h"
#include "web/decisions/decision_desk.h"
#include "web/decisions/decisions.h"

#include <map>
#include <memory>
#include <vector>

namespace countersign::apps {

/// The desks that decide about step-ups, one for each region that is kept here.
class Deciding {
 public:
  /// `regions` and `metrics` outlive it.
  Deciding(const Config::Limits& limits, const std::vector<std::unique_ptr<Region>>& regions,
           base::Metrics& metrics);

  /// For programs of vendors (the role application) and administrators. This outlives the router.
  decisions::DecideCalls calls();
  void stop();

 private:
  std::map<base::RegionId, std::unique_ptr<decisions::DecisionDesk>> desks_;
};

}  // namespace countersign::apps
