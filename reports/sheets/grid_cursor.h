#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/xml.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::sheets {

/// Where in a sheet a reader is. The numbers of rows and cells may be left out (`r` is optional): then each
/// is one more than the one before. invalid_argument where one does not come after the one before, or is
/// none.
class GridCursor {
 public:
  explicit GridCursor(std::string_view part) : part_(shown(part)) {}

  base::Result<void> enter_row(const Tag& tag);
  base::Result<void> enter_cell(const Tag& tag);
  std::uint32_t row() const { return row_; }
  std::uint32_t column() const { return column_; }

 private:
  const std::string part_;
  std::uint32_t row_ = 0, column_ = 0;
};

}  // namespace countersign::sheets
