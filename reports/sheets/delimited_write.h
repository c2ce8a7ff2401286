#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/table.h"
#include "reports/sheets/write.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// write_cells of delimited text. The edits are checked already.
base::Result<std::string> write_delimited(std::string_view original, const std::vector<Edit>& edits,
                                          const Limits& limits);

}  // namespace countersign::sheets
