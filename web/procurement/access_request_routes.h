#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "reports/trust/requests.h"
#include "web/admin/act.h"
#include "web/api/people.h"
#include "web/procurement/access_wishes.h"

#include <functional>
#include <string>
#include <utility>

namespace countersign::procurement {

/// /v1/access-requests…: an admin of all tenants sees who asks for access, and approves or refuses it with a
/// fresh second factor (docs/trust.md). Any thread.
class AccessRequestRoutes {
 public:
  struct Calls {
    /// Gives the requests, which outlive this; called on the people's desk, on whose thread alone they are
    /// used. not_found: there are none, and can be none.
    std::function<base::Result<trust::Requests*>()> requests;
    std::function<std::string(const std::string& token)> invitation_link;
  };

  /// `people` outlives this.
  AccessRequestRoutes(Calls calls, GrantDefaults defaults, api::People& people)
      : calls_(std::move(calls)), defaults_(std::move(defaults)), people_(people) {}
  AccessRequestRoutes(const AccessRequestRoutes&) = delete;
  AccessRequestRoutes& operator=(const AccessRequestRoutes&) = delete;

  /// This outlives the router.
  void add_routes(http::Router& router, const endpoints::Reception& reception);

 private:
  using Asker = endpoints::Asker;
  using Work = std::function<http::Response(trust::Requests&, auth::Access&, const admin::Act&)>;

  http::Response list(auth::Access& access, const Asker& asker, const boost::json::object& members);
  http::Response approve(trust::Requests& requests, auth::Access& access, const admin::Act& act,
                         const std::string& id, auth::NewAccount wish);
  /// On the people's desk, where the asker still may.
  void serve(admin::Act act, const http::Respond& respond, Work work);

  const Calls calls_;
  const GrantDefaults defaults_;
  api::People& people_;
};

}  // namespace countersign::procurement
