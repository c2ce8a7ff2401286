#pragma once

#include "apps/config.h"
#include "apps/reporting.h"
#include "exporters/bundle/export_bundle.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/base/result.h"

#include <string>

namespace countersign::apps {

/// What makes the files of a report from a bundle's records alone, as recompute_report makes them again.
/// `options` has framework, criteria, samples and controls; the period is the bundle's. It reads the system
/// log of the region for what concerns the tenant.
bundle::AddFiles report_files(const Config& config, const base::RegionId& region,
                              const ReportOptions& options);

/// Makes a bundle's report again from its records, with the controls that it holds, and compares every figure
/// and the page. The sentence says what was compared; data_loss names the first figures that differ.
base::Result<std::string> recompute_report(const verify::ReportSources& sources);

}  // namespace countersign::apps
