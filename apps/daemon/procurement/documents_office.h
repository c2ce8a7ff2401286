#pragma once

#include "apps/config.h"
#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "reports/documents/store.h"
#include "web/api/desk.h"
#include "web/api/people.h"
#include "web/procurement/document_routes.h"

#include <chrono>
#include <optional>
#include <string>

namespace countersign::apps {

/// Serves the vendor's documents while the daemon runs, and reminds of those that expire: within half a
/// minute. What can be read of them is shown in `metrics` as countersign_documents{state}.
class DocumentsOffice {
 public:
  /// `people` and `metrics` outlive it.
  DocumentsOffice(const Config& config, api::People& people, base::Metrics& metrics);
  ~DocumentsOffice() { stop(); }
  DocumentsOffice(const DocumentsOffice&) = delete;
  DocumentsOffice& operator=(const DocumentsOffice&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception) {
    routes_.add_routes(router, reception);
  }

  /// Before the regions stop.
  void stop() { desk_.stop(); }

 private:
  /// On the desk's thread.
  void rest();
  base::Result<void> look();
  /// Opened when it is needed: a full disk keeps no daemon from its start.
  base::Result<documents::Store*> store();

  const Config config_;
  base::Metrics& metrics_;
  std::optional<documents::Store> store_;
  std::chrono::steady_clock::time_point next_look_;
  bool tidied_ = false;
  std::string told_;
  procurement::DocumentRoutes routes_;
  api::Desk desk_;  ///< the last: its thread uses all the others
};

}  // namespace countersign::apps
