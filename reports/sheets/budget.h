#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/table.h"

#include <cstdint>
#include <string_view>

namespace countersign::sheets {

/// What one file has taken of its limits, all sheets together. resource_exhausted where there is no more.
class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits) {}

  base::Result<void> take_row();
  base::Result<void> take_range();
  base::Result<void> take_cell(std::string_view text);
  /// A text that cells may refer to.
  base::Result<void> take_text(std::string_view text);

 private:
  const Limits& limits_;
  std::size_t rows_ = 0, ranges_ = 0, cells_ = 0;
  std::uint64_t text_ = 0;
};

}  // namespace countersign::sheets
