#pragma once

#include "reports/sheets/table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::testing {

/// A sheet of these texts, from its first row on; empty texts are no cells.
inline sheets::Sheet sheet_of(const std::vector<std::vector<std::string>>& rows) {
  sheets::Sheet out;
  out.name = "Sheet1";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sheets::Row row;
    row.number = static_cast<std::uint32_t>(i + 1);
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      if (rows[i][j].empty()) continue;
      sheets::Cell cell;
      cell.column = static_cast<std::uint32_t>(j + 1);
      cell.text = rows[i][j];
      row.cells.push_back(std::move(cell));
    }
    if (!row.cells.empty()) out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace countersign::testing
