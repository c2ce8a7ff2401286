#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// How a text is cut into cells.
struct Layout {
  char separator = ',';
  std::size_t body = 0;  ///< where its rows begin: behind a line `sep=;`

  bool operator==(const Layout&) const = default;
};

/// What separates cells where nothing says it, the likeliest last: a comma stands in sentences, too.
inline constexpr std::string_view kSeparators = "\t;|,";

/// Tells the separator from the first 100 rows.
Layout find_layout(std::string_view text);

/// A row and where it stands in the text, without its line end. An empty line has no cells.
struct TextRow {
  std::uint32_t number = 0;  ///< from 1
  std::size_t begin = 0, end = 0;
  std::vector<std::string> cells;
};

/// Reads the rows one after another until `take` gives false. invalid_argument, with the row, for a quote out
/// of place and for a quoted cell that does not end; resource_exhausted for more rows or columns than a sheet
/// has. `take`'s error ends it.
base::Result<void> read_rows(std::string_view text, const Layout& layout,
                             const std::function<base::Result<bool>(TextRow&)>& take);

/// Where a cell stands in the text of its row, its quotes included.
struct CellSpan {
  std::size_t begin = 0, end = 0;
};
/// The cells of one row, which read_rows has read.
std::vector<CellSpan> cut_row(std::string_view row, char separator);

}  // namespace countersign::sheets
