#pragma once

#include "apps/countersign/command.h"
#include "apps/person.h"
#include "ledger/base/result.h"

#include <string>
#include <vector>

namespace countersign::apps {

/// The region whose values of a tenant a command is about: see choose_region. not_found where the tenant is
/// not registered.
base::Result<base::RegionId> region_of(const Context& context, const Config& config,
                                       const base::TenantId& tenant, const std::string& asked);

/// Finds the person whom subjects (`kind=value`) name, with a progress bar.
base::Result<privacy::Person> find_subjects(const Config& config, const base::RegionId& region,
                                            const base::TenantId& tenant,
                                            const std::vector<std::string>& subjects, bool follow);

}  // namespace countersign::apps
