#pragma once

#include "apps/countersign/command.h"
#include "apps/exporting.h"

namespace countersign::apps {

/// Writes a bundle, records the export in the system log and prints what it holds.
base::Result<int> export_now(const Context& context, const ExportOptions& asked);

}  // namespace countersign::apps
