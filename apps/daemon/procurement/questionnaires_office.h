#pragma once

#include "apps/config.h"
#include "collector/http/router.h"
#include "collector/ingest/registry.h"
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
  using FindRegistry = std::function<std::shared_ptr<const ingest::Registry>()>;
  /// Ids of controls by tenant, as ControlWatch takes them.
  using Watched = std::map<base::TenantId, std::set<std::string, std::less<>>>;

  /// `people` and `metrics` outlive it; `registry` is called from its thread.
  QuestionnairesOffice(const Config& config, FindRegistry registry, api::People& people,
                       base::Metrics& metrics);
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
  base::Result<answers::Facts> facts(const std::string& tenant) const;
  void count();

  const Config config_;
  const FindRegistry registry_;
  base::Metrics& metrics_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::optional<questionnaires::Store> store_;
  std::chrono::steady_clock::time_point next_look_;
  std::string told_;
  api::Desk desk_;
  procurement::QuestionnaireRoutes routes_;
};

}  // namespace countersign::apps
