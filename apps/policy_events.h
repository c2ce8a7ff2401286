#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"

#include <string>
#include <vector>

namespace countersign::apps {

/// What changed of a tenant's policies, a text for each member, with before and after: the contexts of
/// `policy.changed` records. A list that is too long for one is told in parts, by what was added and removed.
std::vector<std::string> policy_changes(const ingest::Tenant& before, const ingest::Tenant& after);

/// Who made a change: an account of the machine, or an operator over HTTP, whose names could be the same; or
/// the appliance itself, which says what holds after a change was recorded and not made.
struct PolicyAuthor {
  enum class How { command, retention_command, http, appliance };
  How how = How::command;
  std::string name = {};
};

/// Where changes of a tenant's policies are recorded: each region that is kept here and has, or may have,
/// records of the tenant, or the first, where none is; all, of one without a region.
std::vector<base::RegionId> regions_told(const Config& config, const ingest::Tenant& tenant);

/// Leaves the records of a change, which ledger/policy/history.h reads, in regions_told().
base::Result<void> note_policy_change(const Config& config, const ingest::Tenant& before,
                                      const ingest::Tenant& after, const PolicyAuthor& by);

}  // namespace countersign::apps
