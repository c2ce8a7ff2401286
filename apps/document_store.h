#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "reports/documents/store.h"

namespace countersign::apps {

/// Where what belongs to the vendor and to no tenant is kept: the first of `regions`.
const base::RegionId& home_region(const Config& config);

/// The vendor's documents, in the home region, whose system log tells of them. Beside the daemon or without
/// it. not_found where the region has no files.
base::Result<documents::Store> open_documents(const Config& config);

/// Whether there is such a store already.
bool has_documents(const Config& config);

}  // namespace countersign::apps
