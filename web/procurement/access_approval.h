#pragma once

#include "ledger/base/result.h"
#include "reports/documents/record_events.h"
#include "reports/trust/requests.h"
#include "web/auth/administration.h"

#include <string>

namespace countersign::procurement {

struct ApprovedAccess {
  trust::Request request;
  auth::Invited invited;
};

/// Lets somebody in who has asked: makes the account that `wish` says, under her address and name, and then
/// decides the request. Where the request was decided by somebody else meanwhile, or the decision could not
/// be written down, the account goes again. After a crash in between it stays, with a link that nobody has,
/// and the request still waits; where the decision is written down and could not be recorded yet
/// (resource_exhausted), both stay, and another link can be made. Both stores' thread. not_found;
/// failed_precondition: it is decided; already_exists: an account of that name.
base::Result<ApprovedAccess> approve_access(trust::Requests& requests,
                                            const auth::Administrator& administrator, const documents::By& by,
                                            const std::string& id, auth::NewAccount wish);

}  // namespace countersign::procurement
