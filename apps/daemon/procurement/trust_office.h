#pragma once

#include "apps/config.h"
#include "apps/daemon/procurement/tenant_facts.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "reports/documents/store.h"
#include "reports/trust/requests.h"
#include "web/api/desk.h"
#include "web/api/people.h"
#include "web/procurement/access_request_routes.h"
#include "web/procurement/trust_board.h"
#include "web/procurement/trust_routes.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace countersign::apps {

/// Serves the trust page, where there is one, and who decides on requests for access: in any case, so that
/// those of before are not forgotten. What the page shows is looked up every ten seconds on a thread of its
/// own. How many requests wait is shown in `metrics` as countersign_trust_requests{state}.
class TrustOffice {
 public:
  /// Ids of controls by tenant, as ControlWatch takes them.
  using Watched = std::map<base::TenantId, std::set<std::string, std::less<>>>;

  /// All but `config` outlive it.
  TrustOffice(const Config& config, TenantFacts& facts, api::People& people, base::Metrics& metrics);
  ~TrustOffice() { stop(); }
  TrustOffice(const TrustOffice&) = delete;
  TrustOffice& operator=(const TrustOffice&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// The controls that the page tells of.
  Watched watched() const;

  /// Before the regions stop.
  void stop();

 private:
  struct Page {
    explicit Page(TrustOffice& office);
    procurement::TrustBoard board;
    procurement::TrustRoutes routes;
    std::chrono::steady_clock::time_point next_look{};
    std::string told;
  };
  void look();  ///< on the thread of looks_
  void tidy();  ///< on the desk's
  base::Result<void> tidy_now();
  static void tell(std::string& told, const char* what, const base::Result<void>& result);
  /// Opened when it is needed, of each thread its own. not_found: there are none, and can be none.
  base::Result<trust::Requests*> requests(std::optional<trust::Requests>& kept) const;
  base::Result<documents::Store*> documents();

  const Config config_;
  TenantFacts& facts_;
  base::Metrics& metrics_;
  std::optional<trust::Requests> asked_;       ///< of the desk
  std::optional<trust::Requests> decided_;     ///< of the people's desk
  std::optional<documents::Store> documents_;  ///< of the desk
  std::chrono::steady_clock::time_point next_tidy_;
  std::string told_;
  api::Desk desk_;
  procurement::AccessRequestRoutes access_;
  std::optional<Page> page_;
  std::optional<api::Desk> looks_;  ///< the last: its thread uses the page
};

}  // namespace countersign::apps
