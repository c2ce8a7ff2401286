#pragma once

#include "tests/reports/archive/made_zip.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

using archive::MadeEntry;
using archive::zip_of;

struct MadeSheet {
  std::string name = "Sheet1";
  std::string inside = "<sheetData/>";  ///< of its element `worksheet`
  std::string attributes = {};          ///< of its element `sheet` in the workbook
  std::string type = "worksheet";       ///< of its relationship
};

/// A workbook of the parts that matter, all spelled here.
struct MadeWorkbook {
  std::vector<MadeSheet> sheets = {{}};
  std::string shared_strings = {}, styles = {};  ///< inside of their elements; empty: no such part
  std::string workbook = {};                     ///< inside of `workbook`, behind `sheets`
  std::string content_types = {};                ///< inside of `Types`, behind the workbook's own
  std::vector<MadeEntry> more = {};
  std::string main_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
  bool strict = false;
};

std::vector<MadeEntry> entries_of(const MadeWorkbook& made);
std::string workbook_of(const MadeWorkbook& made);

/// A workbook of one sheet with these rows.
std::string workbook_with(std::string_view rows);

}  // namespace countersign::sheets
