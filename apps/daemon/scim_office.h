#pragma once

#include "apps/config.h"
#include "apps/daemon/source_users.h"
#include "web/api/people.h"
#include "web/api/scim_routes.h"

#include <memory>
#include <string>
#include <vector>

namespace countersign::apps {

/// Serves identity platforms over SCIM while the daemon runs.
class ScimOffice {
 public:
  /// `people`, `regions` and `service` outlive it.
  ScimOffice(const Config& config, api::People& people, const std::vector<std::unique_ptr<Region>>& regions,
             ingest::IngestService& service);

  void add_routes(http::Router& router, const endpoints::Reception& reception);

  /// Somebody was erased: of users of sources nothing is kept then.
  void forget_erased();

  /// Before the regions stop.
  void stop() { desk_.stop(); }

 private:
  const scim::Service service_;
  const std::vector<auth::GroupRights> rights_;
  api::People& people_;
  SourceUsers users_;  ///< used by the desk alone
  api::Desk desk_;
};

/// Gives the accounts that were provisioned over SCIM what the settings say now. Before anybody signs in.
base::Result<void> follow_scim_settings(const Config& config, const auth::RecordAll& record_all);

/// The address of `/scim/v2` as clients know it; a path alone where access.address is not set.
std::string scim_address(const Config& config);

}  // namespace countersign::apps
