#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/reference.h"

#include <map>
#include <string>
#include <string_view>

namespace countersign::sheets {

/// The texts to be put into one sheet, by their places: rows first.
using SheetEdits = std::map<Place, const std::string*>;

/// What a sheet's part and its edits are.
struct PatchOrder {
  std::string_view part;   ///< its name, for messages
  std::string_view sheet;  ///< for the names of cells
  const SheetEdits& edits;
  bool recalculate = false;  ///< ask that formulas be calculated when the workbook is opened
};

/// The XML of a worksheet with other texts in some cells; every byte that has no part in them is kept. See
/// write_cells for the rules, and for the errors.
base::Result<std::string> patch_worksheet(std::string_view xml, const PatchOrder& order);

}  // namespace countersign::sheets
