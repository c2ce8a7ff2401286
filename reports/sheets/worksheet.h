#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/budget.h"
#include "reports/sheets/package.h"
#include "reports/sheets/strings.h"
#include "reports/sheets/styles.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::sheets {

/// A data validation of type list as it is spelled.
struct Validation {
  std::vector<Range> where;
  std::string source;  ///< its formula
};

/// A sheet as its own part has it.
struct Worksheet {
  Sheet sheet;  ///< but for its choices
  std::vector<Validation> validations;
  std::uint64_t formulas = 0, hidden_rows = 0;
  bool is_protected = false;
};

base::Result<Worksheet> read_worksheet(const Package& package, const SheetPart& part,
                                       const SharedStrings& strings, const Styles& styles, Budget& budget);

}  // namespace countersign::sheets
