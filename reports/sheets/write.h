#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/table.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// A text to put into a cell.
struct Edit {
  std::string sheet;  ///< its name; empty for a delimited file
  std::uint32_t row = 0, column = 0;
  std::string text;  ///< UTF-8, at most 32,767 characters; empty clears the cell
};

/// Gives a file that is `original` but for the text of some cells. `original` is what read_table has read,
/// with the same limits.
///
/// Of a workbook only the XML of the edited sheets changes, and of it the edited cells: each keeps its style,
/// and holds its text as an inline string, which no spreadsheet takes for a formula. A cell that is missing
/// is put in at its place, with its row where that is missing; it takes the style of the cell above it in the
/// column, else that of its row or its column. The topmost cell of a column gives no style: it is the
/// heading. `dimension` and `spans` widen where needed, and a row whose height nobody chose gives it up, so
/// that it is measured anew. If the workbook has formulas, the edited sheets ask to be calculated when Excel
/// opens them (sheetCalcPr), because formulas may read the cells. All other entries of the archive keep their
/// bytes, packed as they were, their names and their order.
///
/// Of delimited text only the edited cells change; it keeps its separator, line ends, encoding and byte order
/// mark. A cell is quoted where it was quoted, where the row quotes all its cells, and where it has to be. A
/// text that begins with = + - @ TAB CR or an apostrophe gets an apostrophe in front, as the cells of CSV
/// files in bundles (exporters/csv/cell.h), because a spreadsheet would take it for a formula; also one in
/// full width. A row that is too short, or missing at the end, is added to.
///
/// invalid_argument where the original cannot be read (see read.h), two edits are of one cell, a text is no
/// UTF-8 or too long, or has a character that the file's encoding has not. failed_precondition, with the
/// cell's name (`Sheet1!D17`), for a cell that holds a formula or the result of one, that lies in a merged
/// range and is not its first, or that heads a column of an Excel table; also for a sheet in UTF-16, a file
/// that is signed, and delimited text whose separator could no longer be told with the new texts. not_found
/// for a sheet that there is not. Thread-safe; the original is only read.
base::Result<std::string> write_cells(std::string_view original, const std::vector<Edit>& edits,
                                      const Limits& limits);

}  // namespace countersign::sheets
