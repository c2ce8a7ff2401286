#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"
#include "reports/engine/workspace.h"

namespace countersign::reports {

/// Fills in Report::cited and cited_system: the records that the exceptions name, so that a reader sees them
/// without the ledger at hand.
base::Result<void> cite_records(Workspace& workspace, Report& report);

}  // namespace countersign::reports
