#include "web/api/overview_routes.h"
#include "web/api/person_route.h"

#include <boost/json/array.hpp>

#include <set>
#include <string>

namespace countersign::api {
namespace {

namespace json = boost::json;

using endpoints::Asker;
using RegionNames = std::set<std::string>;

json::array texts(const RegionNames& names) { return json::array(names.begin(), names.end()); }

/// The regions in which the tenant was and that are kept here.
RegionNames kept_regions(const EvidenceAccess& access, const ingest::Tenant& tenant) {
  RegionNames out;
  const auto add = [&](const base::RegionId& region) {
    if (access.files(region)) out.insert(region.value());
  };
  add(tenant.region);
  for (const auto& move : tenant.moves) add(move.from);
  return out;
}

json::object tenants_document(const EvidenceAccess& access, const Asker& asker) {
  json::array tenants;
  RegionNames regions;
  for (const auto& tenant : asker.registry->tenants()) {
    if (!asker.who->may_act_for(tenant.id)) continue;
    const auto kept = kept_regions(access, tenant);
    regions.insert(kept.begin(), kept.end());
    tenants.push_back({{"tenant", tenant.id.value()},
                       {"region", tenant.region.value()},
                       {"regions", texts(kept)},
                       {"served", kept.contains(tenant.region.value())}});
  }
  RegionNames system;
  if (asker.who->all_tenants) {
    for (const auto& region : access.regions()) system.insert(region.value());
    regions.insert(system.begin(), system.end());
  }
  return {{"tenants", std::move(tenants)}, {"regions", texts(regions)}, {"system", texts(system)}};
}

}  // namespace

void add_tenants(http::Router& router, const endpoints::Reception& reception, const EvidenceAccess& access) {
  router.add(endpoints::operator_route(
      "GET", "/v1/tenants", reception, readers_only,
      [&access](const Asker& asker, const http::Request&, const http::Respond& respond) {
        respond(document(200, tenants_document(access, asker)));
      }));
}

}  // namespace countersign::api
