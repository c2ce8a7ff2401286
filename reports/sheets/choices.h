#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/budget.h"
#include "reports/sheets/package.h"
#include "reports/sheets/worksheet.h"

#include <cstdint>
#include <vector>

namespace countersign::sheets {

/// Gives each sheet its choices: those of literal lists, of ranges of any sheet of the file, and of names
/// that stand for such ranges. Gives how many could not be told, because a function makes them or they are
/// too many.
base::Result<std::uint64_t> resolve_choices(const Package& package, std::vector<Worksheet>& sheets,
                                            Budget& budget);

}  // namespace countersign::sheets
