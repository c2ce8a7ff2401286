#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"
#include "reports/engine/workspace.h"

#include <map>
#include <string>
#include <string_view>

namespace countersign::reports {

/// By what a finding is known: the first 16 hexadecimal digits of SHA-256 over tenant, control and item, with
/// a zero byte between. The same exception is the same finding whenever it is found.
std::string finding_id(std::string_view tenant, std::string_view control, const Cell& item);

/// What the `finding.*` records of the workspace say, by finding.
base::Result<std::map<std::string, Response>> read_responses(Workspace& workspace);

}  // namespace countersign::reports
