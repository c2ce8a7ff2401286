#pragma once

#include "apps/config.h"
#include "apps/daemon/procurement/tenant_facts.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "reports/answers/facts.h"
#include "reports/questionnaires/store.h"
#include "web/api/desk.h"
#include "web/api/people.h"
#include "web/procurement/questionnaire_routes.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace countersign::apps {

/// Serves questionnaires and the library of answers while the daemon runs, and looks every few seconds
/// whether the evidence still shows what was approved. How many answers stand is shown in `metrics` as
/// countersign_answers{state}.
class QuestionnairesOffice {
 public:
  /// Ids of controls by tenant, as ControlWatch takes them.
  using Watched = std::map<base::TenantId, std::set<std::string, std::less<>>>;

  /// All but `config` outlive it.
  QuestionnairesOffice(const Config& config, TenantFacts& known, api::People& people, base::Metrics& metrics);
  ~QuestionnairesOffice() { stop(); }
  QuestionnairesOffice(const QuestionnairesOffice&) = delete;
  QuestionnairesOffice& operator=(const QuestionnairesOffice&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception) {
    routes_.add_routes(router, reception);
  }

  /// Gives the controls that approved answers go by. What is given may outlive this; any thread.
  std::function<Watched()> watched() const;

  /// Before the regions stop.
  void stop() { desk_.stop(); }

 private:
  /// What is watched, for other threads.
  struct Shared {
    std::mutex mutex;
    Watched watched;  ///< guarded by mutex
  };

  // On the desk's thread.
  void rest();
  base::Result<void> look();
  base::Result<questionnaires::Store*> store();
  base::Result<answers::Facts> facts(const std::string& tenant);
  void count();

  const Config config_;
  TenantFacts& facts_;
  base::Metrics& metrics_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::optional<questionnaires::Store> store_;
  std::chrono::steady_clock::time_point next_look_;
  std::string told_;
  api::Desk desk_;
  procurement::QuestionnaireRoutes routes_;
};

}  // namespace countersign::apps
