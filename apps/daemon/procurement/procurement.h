#pragma once

#include "apps/config.h"
#include "apps/daemon/procurement/documents_office.h"
#include "apps/daemon/procurement/questionnaires_office.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "web/api/people.h"

#include <utility>

namespace countersign::apps {

/// What the daemon does for those who are asked about the vendor before something is bought.
class Procurement {
 public:
  /// `people` and `metrics` outlive it.
  Procurement(const Config& config, QuestionnairesOffice::FindRegistry registry, api::People& people,
              base::Metrics& metrics)
      : documents_(config, people, metrics), questionnaires_(config, std::move(registry), people, metrics) {}

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception) {
    documents_.add_routes(router, reception);
    questionnaires_.add_routes(router, reception);
  }

  /// As QuestionnairesOffice::watched().
  auto watched() const { return questionnaires_.watched(); }

  /// Before the regions stop.
  void stop() {
    questionnaires_.stop();
    documents_.stop();
  }

 private:
  DocumentsOffice documents_;
  QuestionnairesOffice questionnaires_;
};

}  // namespace countersign::apps
