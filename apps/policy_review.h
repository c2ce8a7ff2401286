#pragma once

#include "apps/config.h"
#include "apps/policy_events.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <string>

namespace countersign::apps {

/// Records, in regions_told(), that a change of a tenant's policies was reviewed; gives the time that the
/// record has. `change` is Version::change, `note` a text that endpoints::is_review_note() takes. Errors:
/// not_found for a change that the history does not have, or not yet; failed_precondition where the reviewer
/// has the name of the change's author, be it as an operator or as an account of the machine; as
/// read_policy_history(), policy_authors() and leave_in_outbox(). Blocks on the disk. Any thread, any
/// process.
base::Result<base::Timestamp> review_policy(const Config& config, const ingest::Tenant& tenant,
                                            const std::string& change, const std::string& note,
                                            const PolicyAuthor& by);

}  // namespace countersign::apps
