#pragma once

#include "apps/config.h"
#include "web/api/bundles.h"
#include "web/api/evidence.h"
#include "web/api/people.h"

namespace countersign::apps {

/// What the routes that show evidence work with, and their desks.
class EvidenceOffice {
 public:
  /// `people` outlives it.
  EvidenceOffice(const Config& config, api::People& people);

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);
  const api::EvidenceAccess& access() const { return access_; }
  void stop();

 private:
  api::People& people_;
  const api::EvidenceAccess access_;
  api::Bundles bundles_;
  api::Desk readers_;
};

}  // namespace countersign::apps
