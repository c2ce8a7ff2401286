#pragma once

#include "ledger/base/result.h"
#include "reports/engine/catalogue.h"
#include "reports/engine/report.h"
#include "reports/engine/run_control.h"
#include "reports/engine/sample.h"
#include "reports/engine/workspace.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::reports {

struct ReportRequest {
  std::string region, log;
  LogState as_of;  ///< of the tenant's log: what the workspace's scope ends with
  std::optional<LogState> system_log;
  std::string framework = "soc2";     ///< by which the report is arranged
  std::vector<std::string> criteria;  ///< clauses; empty: all
  std::vector<SampleRequest> samples;
  bool listings = true;                     ///< false: controls and detections alone
  std::set<std::string, std::less<>> only;  ///< ids of controls and detections; empty: all
  RunLimits limits;
};

/// Called before each control and listing with its id, how many were begun before and how many there are; by
/// one thread at a time, but not always by the same.
using ReportProgress = std::function<void(std::string_view id, std::size_t done, std::size_t all)>;

/// Runs every control that supports one of the criteria, and every listing, over a workspace. Parameters are
/// those that the tenant's policy (`monitoring.parameters`) sets at the end of the period, else the controls'
/// own; one that cannot be used is told among the warnings. invalid_argument for a framework or clause that
/// no control supports, a sample of a control that is not reported, and an id of `only` that there is not;
/// else the errors of run_control.
base::Result<Report> build_report(Workspace& workspace, const Catalogue& catalogue,
                                  const ReportRequest& request, const ReportProgress& progress = nullptr);

}  // namespace countersign::reports
