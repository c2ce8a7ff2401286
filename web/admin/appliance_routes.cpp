#include "web/admin/administration.h"
#include "web/api/person_route.h"

#include <utility>

namespace countersign::admin {

void Administration::add_appliance(http::Router& router, const endpoints::Reception& reception) {
  using Tell = std::function<base::Result<boost::json::object>()> Calls::*;
  const auto add = [&](const char* pattern, Tell tell) {
    router.add(reading(pattern, reception, admins_of_all, [this, tell](const Asker&) {
      const auto told = (calls_.*tell)();
      return told ? api::document(200, *told) : failure(told.error());
    }));
  };
  add("/v1/admin/keys", &Calls::keys);
  add("/v1/admin/regions", &Calls::regions);
  add("/v1/admin/backups", &Calls::backups);
  add("/v1/admin/health", &Calls::health);
}

}  // namespace countersign::admin
