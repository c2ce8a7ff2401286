#pragma once

#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/base/time.h"
#include "reports/documents/store.h"
#include "reports/trust/requests.h"
#include "web/api/desk.h"
#include "web/auth/throttle.h"
#include "web/procurement/trust_board.h"

#include <atomic>
#include <functional>
#include <utility>

namespace countersign::procurement {

/// From one network an hour; each further one waits an hour.
inline constexpr auth::Throttle::Rule kAskThrottle{5, 3'600, 3'600, 3'600};

/// /trust and /v1/trust…, for everybody (docs/trust.md): the page and the same as JSON, from memory;
/// documents that are public, in the version that is valid; and requests for access, which are answered alike
/// whoever has asked before. Any thread.
class TrustRoutes {
 public:
  static constexpr int kDownloadsMax = 4;  ///< that wait; each reads a file as a whole

  /// Called on the desk's thread, on which alone what they give is used.
  struct Calls {
    std::function<base::Result<documents::Store*>()> documents;
    std::function<base::Result<trust::Requests*>()> requests;
  };

  /// `board`, `desk` and `metrics` outlive this.
  TrustRoutes(Calls calls, const TrustBoard& board, api::Desk& desk, base::Metrics& metrics,
              base::Clock clock)
      : calls_(std::move(calls)), board_(board), desk_(desk), metrics_(metrics), clock_(std::move(clock)) {}
  TrustRoutes(const TrustRoutes&) = delete;
  TrustRoutes& operator=(const TrustRoutes&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router);

 private:
  /// What becomes of a request, as JSON or as a page.
  struct Answer {
    int status = 202;
    std::string detail;
    std::int64_t retry_after_s = 0;
  };
  using Show = http::Response (*)(const Answer&);

  void ask(const http::Request& request, bool is_form, const http::Respond& respond);
  Answer keep(const trust::Wish& wish, const boost::json::object& device);
  http::Response download(const http::Request& request);
  void count(const char* result);

  const Calls calls_;
  const TrustBoard& board_;
  api::Desk& desk_;
  base::Metrics& metrics_;
  const base::Clock clock_;
  auth::Throttle networks_{kAskThrottle};
  std::atomic<int> downloads_{0};
};

}  // namespace countersign::procurement
