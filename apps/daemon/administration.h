#pragma once

#include "apps/config.h"
#include "collector/ingest/operator_book.h"
#include "collector/ingest/service.h"
#include "ledger/base/metrics.h"
#include "web/admin/administration.h"

namespace countersign::apps {

/// What the routes of administration work with, and their desks.
class AdministrationOffice {
 public:
  /// All of it outlives this.
  AdministrationOffice(const Config& config, api::People& people, ingest::IngestService& service,
                       const ingest::OperatorBook& operators, base::Metrics& metrics);

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception) {
    administration_.add_routes(router, reception);
  }

  /// Before the regions stop.
  void stop() { administration_.stop(); }

 private:
  admin::Administration administration_;
};

}  // namespace countersign::apps
