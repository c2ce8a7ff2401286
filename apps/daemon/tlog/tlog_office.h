#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "apps/daemon/tlog/mirroring.h"
#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "web/api/evidence.h"
#include "web/tlog/log_routes.h"
#include "web/tlog/mirror_routes.h"

#include <memory>

namespace countersign::apps {

/// Logs as C2SP tlog-tiles: those that are kept here are served, others are mirrored and served again.
class TlogOffice {
 public:
  /// Begins to mirror. Errors as Mirroring::start. What is passed in outlives it.
  static base::Result<std::unique_ptr<TlogOffice>> start(const Config& config,
                                                         const api::EvidenceAccess& access, Alarms& alarms,
                                                         base::Metrics& metrics);

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);
  /// Those that SIGHUP has changed. Any thread.
  void set_limits(const Config::Limits& limits) { mirroring_->set_limits(limits); }
  void stop();

 private:
  TlogOffice(const Config& config, const api::EvidenceAccess& access, std::unique_ptr<Mirroring> mirroring);

  std::unique_ptr<Mirroring> mirroring_;
  tlog::LogRoutes logs_;
  tlog::MirrorRoutes mirrors_;
};

}  // namespace countersign::apps
