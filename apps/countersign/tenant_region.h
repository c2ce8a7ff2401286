#pragma once

#include "apps/countersign/command.h"

#include <string>

namespace countersign::apps {

/// The region whose log of a tenant a command is about: the one that was asked for, else the one that the
/// tenant is pinned to. Where other regions of this appliance hold records of the tenant too, a note on
/// standard error says so. Errors: not_found for a region that is not kept here; failed_precondition, with
/// what is held here, where none was asked for and the tenant is pinned elsewhere; invalid_argument where the
/// tenant is not registered and there are several regions to choose from.
base::Result<base::RegionId> choose_region(const Context& context, const Config& config,
                                           const base::TenantId& tenant, const std::string& asked);

}  // namespace countersign::apps
