#pragma once

#include "apps/config.h"
#include "apps/daemon/region.h"
#include "web/api/finding_routes.h"
#include "web/api/report_routes.h"

#include <memory>
#include <vector>

namespace countersign::apps {

/// What the routes of findings and reports work with, and their desks.
class ReportOffice {
 public:
  /// `people` and `regions` outlive it.
  ReportOffice(const Config& config, api::People& people, const api::EvidenceAccess& access,
               const std::vector<std::unique_ptr<Region>>& regions);

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Before the regions stop.
  void stop();

 private:
  api::Findings findings_;
  api::Reports reports_;
};

}  // namespace countersign::apps
