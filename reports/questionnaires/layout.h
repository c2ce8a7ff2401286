#pragma once

#include "reports/questionnaires/question.h"
#include "reports/sheets/table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::questionnaires {

/// Which column of a sheet is what; numbers from 1, 0 where there is none. Where there is no column for
/// answers they go into a new one behind the last.
struct Layout {
  std::string sheet;
  std::uint32_t header_row = 0;  ///< questions stand below it; 0: from the first row on
  std::uint32_t question = 0;
  std::uint32_t id = 0, section = 0, title = 0, answer = 0, comment = 0;

  bool operator==(const Layout&) const = default;
};

/// What could be told of a sheet.
struct Found {
  std::optional<Layout> layout;
  std::string why;  ///< in words: by which headings, or why there are no questions
};

/// Looks for the questions of a sheet: by headings, in one row or in two that merged cells hold together,
/// else by a column of texts that end with a question mark. Pure.
Found find_layout(const sheets::Sheet& sheet);

/// The questions of a sheet by a layout, numbered from `first`. Rows that only head others give the section
/// of those. Pure; at most kQuestionsMax + 1.
std::vector<Question> questions_of(const sheets::Sheet& sheet, const Layout& layout, std::uint32_t first);

/// Behind the last column that holds anything: where answers go that have no column.
std::uint32_t first_free_column(const sheets::Sheet& sheet);

}  // namespace countersign::questionnaires
