#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "ledger/record/event_schema.h"
#include "ledger/store/schema.h"
#include "ledger/vault/keys.h"
#include "web/api/desk.h"
#include "web/api/people.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::api {

/// What the program gives the routes that show evidence. Called from any thread.
struct EvidenceAccess {
  /// Where a region that is kept here lies; empty for one that is not.
  std::function<std::optional<store::RegionFiles>(const base::RegionId&)> files;
  std::function<base::Result<vault::VaultKeys>(const base::RegionId&)> vault_keys;
  std::function<std::vector<base::RegionId>()> regions;  ///< that are kept here
  /// Puts an event into the region's system log, durably, before it returns.
  std::function<base::Result<void>(const base::RegionId&, std::string_view type, boost::json::object members)>
      record;
};

/// A tenant's log that somebody may look into: whose it is, where, and which part of it.
struct View {
  base::TenantId tenant;
  ingest::AccessPolicy policy;
  ingest::Allowance allowance =
      ingest::Allowance::none;  ///< the most of personal values that the role is given
  base::RegionId region;
  store::RegionFiles files;
  std::optional<ingest::Period> period;

  /// Whether a record received then may be shown.
  bool shows(base::Timestamp received) const {
    return !period || (received >= period->from && received < period->before);
  }
};

/// The view that an asker has of the tenant in the request's path, in the region `?region=`, or where it is
/// pinned. 403, 404 as endpoints::tenant_of; 404 for a region in which it never was; 421 for one that is
/// served elsewhere. `_system` is open to who acts for all tenants.
tl::expected<View, base::Problem> view_of(const EvidenceAccess& access, const endpoints::Asker& asker,
                                          const http::Request& request);

/// A second factor that is fresh enough for a look.
struct FreshProof {
  std::string challenge, factor;
};

/// Asks for a person whose second factor was shown within the tenant's window (access.audit_access.window_s),
/// by a factor that the tenant allows (where it allows none of ours, by any of them); with a window of 0 the
/// success is used up. 403 (kSecondFactorProblem) otherwise, and for every token.
tl::expected<FreshProof, base::Problem> prove_look(People& people, const endpoints::Asker& asker,
                                                   const View& view);

/// The members of an event about a look: who, from where, in which session, at what, and by which proof.
boost::json::object look_members(const endpoints::Asker& asker, const http::RequestHead& head,
                                 std::string_view action, std::string resource, std::string context,
                                 const FreshProof* proof);

/// POST /v1/tenants/{tenant}/records/search and …/facets, GET /v1/tenants/{tenant}/records/{seq} and
/// GET /v1/tenants/{tenant}/records/{seq}/values. What is given outlives the router.
void add_records(http::Router& router, const endpoints::Reception& reception, People& people,
                 const EvidenceAccess& access, Desk& desk);

/// Everybody but programs that only ask for decisions.
std::optional<base::Problem> readers_only(const ingest::Operator& who);

}  // namespace countersign::api
