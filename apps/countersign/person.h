#pragma once

#include "apps/person.h"
#include "ledger/base/result.h"

#include <string>
#include <vector>

namespace countersign::apps {

/// The region that a tenant is pinned to. not_found where it is not registered, failed_precondition where
/// another appliance keeps it.
base::Result<base::RegionId> region_of(const Config& config, const base::TenantId& tenant);

/// Finds the person whom subjects (`kind=value`) name, with a progress bar.
base::Result<privacy::Person> find_subjects(const Config& config, const base::RegionId& region,
                                            const base::TenantId& tenant,
                                            const std::vector<std::string>& subjects, bool follow);

}  // namespace countersign::apps
