#pragma once

#include "apps/daemon/region.h"
#include "collector/ingest/service.h"
#include "web/provisioning/provisioning.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace countersign::apps {

/// The users of tenants, as identity platforms tell of them over SCIM: a Provisioning for each region that is
/// kept here, opened when it is first asked. One thread at a time.
class SourceUsers {
 public:
  /// `regions` and `service` outlive it.
  SourceUsers(const std::vector<std::unique_ptr<Region>>& regions, ingest::IngestService& service,
              std::string base_url);

  /// Of the one tenant for which the source may send: 403 where it may for several, because SCIM names none.
  scim::Answer answer(const ingest::Admitted& sender, const scim::Request& request);

  /// Forgets who was erased; what cannot be done now is logged, and done when somebody asks.
  void forget_erased();

 private:
  base::Result<provisioning::Provisioning*> of_region(const Region& region);

  const std::vector<std::unique_ptr<Region>>& regions_;
  ingest::IngestService& service_;
  const std::string base_url_;
  std::map<base::RegionId, std::unique_ptr<provisioning::Provisioning>> open_;
};

}  // namespace countersign::apps
