#pragma once

#include "collector/ingest/service.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "web/scim/change.h"
#include "web/scim/store.h"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <vector>

namespace countersign::provisioning {

/// What the events of one request have in common.
struct Occasion {
  const base::TenantId& tenant;
  base::Timestamp time;
  const crypto::Entropy& entropy;
};

/// The documents of users before the request, by id.
using Before = std::map<std::string, boost::json::object>;

/// The evidence that changes are, in their order; docs/sources.md has the table. What concerns a user names
/// the user as `actor`; a change of the user's own document brings the document along as the payload, as
/// payload_of() writes it. Whoever is made inactive is named as before. One who has other names by now is
/// named by both in a record of its own, and so is one with an address beside `userName`, so that who looks
/// for one name finds the others. `store` has the resources
/// after the changes. Errors: the store's.
base::Result<std::vector<ingest::MadeEvent>> events_of(const std::vector<scim::Change>& changes,
                                                       const Before& before, scim::Store& store,
                                                       const Occasion& occasion);

/// A user's document as it stands in the vault.
std::string payload_of(const boost::json::object& user);

}  // namespace countersign::provisioning
