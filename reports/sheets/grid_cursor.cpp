#include "reports/sheets/grid_cursor.h"

#include "reports/sheets/reference.h"

#include <fmt/format.h>

#include <charconv>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kMend = "open the file in a spreadsheet and save it anew";

}  // namespace

base::Result<void> GridCursor::enter_row(const Tag& tag) {
  std::uint32_t number = row_ + 1;
  if (const auto spelled = tag.attribute("r")) {
    const auto* end = spelled->data() + spelled->size();
    const auto read = std::from_chars(spelled->data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) number = 0;
  }
  if (number == 0 || number > kRowsMax)
    return fail(Code::invalid_argument,
                fmt::format("{}: a row has no number that a sheet can have; {}", part_, kMend));
  if (number <= row_)
    return fail(Code::invalid_argument,
                fmt::format("{}: row {} stands behind row {}; {}", part_, number, row_, kMend));
  row_ = number;
  column_ = 0;
  return {};
}

base::Result<void> GridCursor::enter_cell(const Tag& tag) {
  std::uint32_t column = column_ + 1;
  if (const auto spelled = tag.attribute("r")) {
    const auto place = parse_place(*spelled);
    if (!place || place->row != row_)
      return fail(Code::invalid_argument,
                  fmt::format("{}: a cell of row {} is called {}, which is no cell of that row; {}", part_,
                              row_, shown(*spelled), kMend));
    column = place->column;
  }
  if (column > kColumnsMax || column <= column_)
    return fail(Code::invalid_argument,
                fmt::format("{}: the cells of row {} are out of order; {}", part_, row_, kMend));
  column_ = column;
  return {};
}

}  // namespace countersign::sheets
