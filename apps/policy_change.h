#pragma once

#include "apps/config.h"
#include "apps/policy_events.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <functional>

namespace countersign::apps {

/// What is to become of a tenant's policies; a failure ends the change, and is passed on. `retention` is what
/// the book of retention says, and what is put there goes into that book.
using AlterPolicies = std::function<base::Result<void>(ingest::Tenant&)>;

/// A tenant before and after.
struct PolicyChanged {
  ingest::Tenant before, after;
  bool changed() const { return !before.has_policies_of(after); }
};

/// Changes a registered tenant's policies: under the locks of the registry and of the book of retention, it
/// is recorded and then written, so that no change goes unrecorded. Where it ends in between,
/// settle_policies() says what holds. Errors: not_found, those of `alter` and of both files. Any thread, any
/// process.
base::Result<PolicyChanged> change_policies(const Config& config, const base::TenantId& id,
                                            const PolicyAuthor& by, const AlterPolicies& alter);

/// The same of the retention alone, and of any log: also of `_system`, and of a tenant that is not registered
/// here.
base::Result<PolicyChanged> change_retention(
    const Config& config, const base::TenantId& owner, const PolicyAuthor& by,
    const std::function<base::Result<void>(retention::RuleBook&)>& alter);

/// Where a change was begun and not brought to its end, by a crash or a full disk, the files may not say what
/// was recorded: then what they say is recorded. Nothing where there is none. When the daemon starts, and
/// before each change.
base::Result<void> settle_policies(const Config& config);

}  // namespace countersign::apps
