#pragma once

#include "reports/sheets/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// The place of a cell.
struct Place {
  std::uint32_t row = 0, column = 0;

  auto operator<=>(const Place&) const = default;
};

/// `D17`, with `$` where `absolute`. Absent for anything else, and for what lies outside of a sheet.
std::optional<Place> parse_place(std::string_view text, bool absolute = false);

/// `D17` or `D17:F20`; corners in any order.
std::optional<Range> parse_range(std::string_view text, bool absolute = false);

/// `D17:F20`, or `D17` where it is one cell.
std::string to_text(const Range& range);

/// Ranges between spaces; absent where one of them is none.
std::optional<std::vector<Range>> parse_ranges(std::string_view text);

/// Sorts ranges by their first row; gives one that overlaps another, if any does.
std::optional<Range> sort_and_find_overlap(std::vector<Range>& ranges);

/// A reference of a formula to cells: `Lists!$A$1:$A$5`, `'My lists'!A1`, `$A:$A` (all rows), `$1:$1`.
struct Reference {
  std::string sheet;  ///< empty where it names none
  Range range;
};
std::optional<Reference> parse_reference(std::string_view text);

}  // namespace countersign::sheets
