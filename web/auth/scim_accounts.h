#pragma once

#include "web/auth/administration.h"
#include "web/auth/group_rights.h"
#include "web/scim/service.h"

#include <vector>

/// Accounts of people whom an identity platform provisions over SCIM (RFC 7643, RFC 7644). A user of the
/// platform has an account as soon as one of her groups gives a right; what she may do is what her groups
/// give. Deactivated, or without a right, she cannot sign in and her sessions end, but the account stays with
/// its second factors; deleted, it is gone. An account that was made otherwise is never taken over.
namespace countersign::auth {

/// Answers a request of the platform, and brings the accounts in line: both or neither. Where a user should
/// have an account and cannot, because another account has the name or it is none here (parse_account_name),
/// a request about that user is refused with 409 or 400; one about a group is not, for the others' sake: that
/// is logged. Recorded, all or none, before it holds: `user.provisioned`, `user.suspended`,
/// `user.role_changed`, `user.deprovisioned`. `by.record` is not called.
scim::Answer answer_scim(const Administrator& by, const RecordAll& record_all, const scim::Service& service,
                         const std::vector<GroupRights>& rights, const scim::Request& request);

/// Gives all that was provisioned what the groups give now: the settings may be others than before. One for
/// whom that cannot be, as answer_scim() says, is logged and stays as she is.
base::Result<void> follow_rights(const Administrator& by, const RecordAll& record_all,
                                 const std::vector<GroupRights>& rights);

}  // namespace countersign::auth
