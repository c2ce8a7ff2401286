#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "reports/questionnaires/store.h"

namespace countersign::apps {

/// The vendor's questionnaires, in the home region, whose system log tells of them. Beside the daemon or
/// without it. not_found where the region has no files.
base::Result<questionnaires::Store> open_questionnaires(const Config& config);

/// Whether there is such a store already.
bool has_questionnaires(const Config& config);

}  // namespace countersign::apps
