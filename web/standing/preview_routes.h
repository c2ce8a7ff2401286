#pragma once

#include "collector/endpoints/policies.h"
#include "web/api/evidence.h"
#include "web/standing/policy_difference.h"

#include <atomic>
#include <functional>

namespace countersign::standing {

/// Judges the last 30 days of a tenant by its policies and by those that it has here. Blocks for as long as
/// two reports take. Errors as of making one.
using JudgeTwice =
    std::function<base::Result<JudgedTwice>(const base::RegionId&, const ingest::Tenant& wished)>;

/// POST /v1/tenants/{tenant}/policy/preview: what a policy would have flagged, for those who may put it in
/// place. One at a time, on a desk of its own; nothing is changed.
class Previews {
 public:
  /// `check` as of endpoints::PolicyCalls.
  Previews(api::EvidenceAccess access, endpoints::CheckPolicy check, JudgeTwice judge)
      : access_(std::move(access)), check_(std::move(check)), judge_(std::move(judge)) {}
  ~Previews() { stop(); }
  Previews(const Previews&) = delete;
  Previews& operator=(const Previews&) = delete;

  /// The routes; this outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Waits for the one that is being made.
  void stop() { desk_.stop(); }

 private:
  void begin(const endpoints::Asker& asker, const http::Request& request, const http::Respond& respond);
  http::Response make(const base::RegionId& region, const ingest::Tenant& wished) const;

  const api::EvidenceAccess access_;
  const endpoints::CheckPolicy check_;
  const JudgeTwice judge_;
  std::atomic<bool> busy_{false};
  api::Desk desk_{1};
};

}  // namespace countersign::standing
