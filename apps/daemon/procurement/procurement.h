#pragma once

#include "apps/config.h"
#include "apps/daemon/procurement/documents_office.h"
#include "apps/daemon/procurement/questionnaires_office.h"
#include "apps/daemon/procurement/tenant_facts.h"
#include "apps/daemon/procurement/trust_office.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "web/api/people.h"

#include <functional>
#include <utility>

namespace countersign::apps {

/// What the daemon does for those who are asked about the vendor before something is bought.
class Procurement {
 public:
  /// `people` and `metrics` outlive it.
  Procurement(const Config& config, TenantFacts::FindRegistry registry, api::People& people,
              base::Metrics& metrics)
      : facts_(config, std::move(registry)),
        documents_(config, people, metrics),
        questionnaires_(config, facts_, people, metrics),
        trust_(config, facts_, people, metrics) {}

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception) {
    documents_.add_routes(router, reception);
    questionnaires_.add_routes(router, reception);
    trust_.add_routes(router, reception);
  }

  /// Gives the controls that approved answers and the trust page go by. What is given may outlive this; any
  /// thread.
  std::function<QuestionnairesOffice::Watched()> watched() const {
    return [of_answers = questionnaires_.watched(), of_page = trust_.watched()] {
      auto out = of_answers();
      for (const auto& [tenant, controls] : of_page) out[tenant].insert(controls.begin(), controls.end());
      return out;
    };
  }

  /// Before the regions stop.
  void stop() {
    trust_.stop();
    questionnaires_.stop();
    documents_.stop();
  }

 private:
  TenantFacts facts_;
  DocumentsOffice documents_;
  QuestionnairesOffice questionnaires_;
  TrustOffice trust_;
};

}  // namespace countersign::apps
