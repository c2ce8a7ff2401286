#pragma once

#include "apps/config.h"
#include "apps/daemon/control_runs.h"
#include "apps/daemon/procurement/control_watch.h"
#include "apps/daemon/region.h"
#include "web/api/finding_routes.h"
#include "web/api/overview_routes.h"
#include "web/api/report_routes.h"
#include "web/standing/preview_routes.h"
#include "web/standing/standing_routes.h"

#include <memory>
#include <vector>

namespace countersign::apps {

/// What the routes of findings, reports, the standing of controls and the overview work with, and their
/// desks; and the threads that test controls, on schedule and when
/// something has changed.
class ReportOffice {
 public:
  /// What is given outlives it, but for the configuration. `registry` is called from its threads.
  ReportOffice(const Config& config, api::People& people, const api::EvidenceAccess& access,
               const std::vector<std::unique_ptr<Region>>& regions, ControlRuns::FindRegistry registry,
               base::Metrics& metrics);

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Which controls are tested soon after what they go by has changed.
  ControlWatch& control_watch() { return control_watch_; }

  /// Before the regions stop.
  void stop();

 private:
  static constexpr std::size_t kReadersWaitingMax = 128;

  const api::EvidenceAccess& access_;
  api::Findings findings_;
  api::Reports reports_;
  standing::Previews previews_;
  ControlRuns control_runs_;
  ControlWatch control_watch_;
  const standing::Calls standing_;
  const api::OverviewFacts facts_;
  api::Desk readers_{kReadersWaitingMax};
};

}  // namespace countersign::apps
