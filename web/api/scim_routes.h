#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "collector/ingest/admission.h"
#include "web/api/desk.h"
#include "web/api/people.h"
#include "web/auth/group_rights.h"
#include "web/scim/service.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace countersign::api {

inline constexpr std::string_view kScimPath = "/scim/v2";

/// A request of a source, whose users are not the appliance's: what changes becomes evidence. Called on the
/// desk's thread.
using SourceScim = std::function<scim::Answer(const ingest::Admitted& sender, const scim::Request& request)>;

/// What identity platforms provision here over SCIM 2.0. All it refers to outlives the router.
struct Scim {
  const scim::Service& service;
  const std::vector<auth::GroupRights>& rights;  ///< what groups give, of the appliance's own users
  People& people;
  SourceScim of_source;
  Desk& desk;  ///< where requests of sources are answered
};

/// `/scim/v2/Users`, `Groups`, `ServiceProviderConfig`, `Schemas` and `ResourceTypes`, by a Bearer token: an
/// operator's of the role provisioner provisions the appliance's own users, a source's provisions those of
/// its tenant. Errors are SCIM's, but for those of the transport: a body that is too large, a method that a
/// path has not, an appliance that is too busy.
void add_scim(http::Router& router, const endpoints::Reception& reception, const Scim& scim);

}  // namespace countersign::api
