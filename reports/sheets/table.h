#pragma once

#include "reports/archive/limits.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// The largest table that there is: rows, columns and characters of a cell that Excel takes (ECMA-376 part 1,
/// and "Excel specifications and limits"). Characters are counted in UTF-16, as Excel counts them.
inline constexpr std::uint32_t kRowsMax = 1'048'576;
inline constexpr std::uint32_t kColumnsMax = 16'384;
inline constexpr std::size_t kCellCharactersMax = 32'767;

/// What a file that somebody sent may cost. Each is checked before what it counts is kept.
struct Limits : archive::Limits {
  std::size_t sheets = 256;    ///< more than a person goes through
  std::size_t rows = 200'000;  ///< that stand in the file, of all sheets together
  std::size_t cells = 2'000'000;
  std::uint64_t text_bytes = 128 << 20;  ///< of all cells; a text that is shared counts wherever it stands
  std::size_t ranges = 20'000;  ///< merged ranges, and ranges that have choices, of all sheets together
};

enum class Form : std::uint8_t {
  workbook,   ///< .xlsx
  delimited,  ///< .csv, .tsv
};

enum class Kind : std::uint8_t { text, number, date, boolean, error };

/// A cell that holds something, or a formula.
struct Cell {
  std::uint32_t column = 0;  ///< from 1
  Kind kind = Kind::text;
  bool formula = false;  ///< the text is its last result; write_cells refuses it
  /// UTF-8. A number in its shortest form, a date as `2026-11-28`, `2026-11-28T09:30:00` or `09:30:00`,
  /// `TRUE` or `FALSE`, an error as `#N/A`.
  std::string text;

  bool operator==(const Cell&) const = default;
};

/// A row that holds a cell.
struct Row {
  std::uint32_t number = 0;  ///< from 1, as a spreadsheet shows it
  bool hidden = false;
  std::vector<Cell> cells;  ///< by column

  bool operator==(const Row&) const = default;
};

/// Cells from a corner to the other, both included.
struct Range {
  std::uint32_t first_row = 0, first_column = 0, last_row = 0, last_column = 0;

  bool contains(std::uint32_t row, std::uint32_t column) const {
    return row >= first_row && row <= last_row && column >= first_column && column <= last_column;
  }
  bool operator==(const Range&) const = default;
};

struct Columns {
  std::uint32_t first = 0, last = 0;

  bool operator==(const Columns&) const = default;
};

/// What a person may choose from in some cells (a data validation of type list), as it is in the file.
struct Choices {
  std::vector<Range> where;
  std::vector<std::string> values;  ///< at most 1,000, never empty

  bool operator==(const Choices&) const = default;
};

enum class Visibility : std::uint8_t { visible, hidden, very_hidden };

struct Sheet {
  std::string name;  ///< empty in a delimited file
  Visibility visibility = Visibility::visible;
  std::vector<Row> rows;      ///< by number
  std::vector<Range> merged;  ///< no two overlap; by their first row
  std::vector<Columns> hidden_columns;
  std::vector<Choices> choices;

  /// The cell at that place; null where it holds nothing. A spreadsheet shows the first cell of a merged
  /// range alone; if a file has text in the others, it is told all the same.
  const Cell* find(std::uint32_t row, std::uint32_t column) const;
  /// The merged range that the place lies in; null where there is none.
  const Range* merged_at(std::uint32_t row, std::uint32_t column) const;
  /// What may be chosen at that place, also where no cell is; null where nothing says so.
  const Choices* choices_at(std::uint32_t row, std::uint32_t column) const;
  bool is_hidden_column(std::uint32_t column) const;

  bool operator==(const Sheet&) const = default;
};

/// What a person should know of how a file was read.
enum class About : std::uint8_t {
  formulas,          ///< were read by their last result
  external_links,    ///< were not followed
  connections,       ///< to data elsewhere, were not followed
  embedded,          ///< files and controls, were not opened
  hidden_sheets,     ///< were read
  hidden_rows,       ///< and columns were read
  other_sheets,      ///< charts, which have no cells, were left out
  comments,          ///< were not read
  choices,           ///< of some cells could not be told
  protected_sheets,  ///< are read and written like others
  signature,         ///< the file is signed, so nothing can be written into it
  encoding,          ///< is not UTF-8
  separator,         ///< is not the comma
};

/// The name by which it is told over an interface, for example `external-links`.
std::string_view to_string(About about);

struct Note {
  About about = About::formulas;
  std::uint64_t count = 0;  ///< of what it speaks; 0 where nothing is counted
  std::string text;         ///< one sentence, without anything that the file says

  bool operator==(const Note&) const = default;
};

/// A file that was read. Plain data: the caller's, to be read from any thread.
struct Table {
  Form form = Form::workbook;
  std::vector<Sheet> sheets;  ///< in the file's order; a delimited file has one
  std::vector<Note> notes;

  /// The sheet of that name (see same_sheet); null where there is none.
  const Sheet* find(std::string_view name) const;
};

/// Whether two names are of one sheet: without regard to case in ASCII.
bool same_sheet(std::string_view a, std::string_view b);

/// The letters of a column: 1 is `A`, 28 is `AB`.
std::string column_letters(std::uint32_t column);

/// A cell as a person names it: `Sheet1!D17`, `'Part 2'!D17`, and `D17` where the sheet has no name.
std::string address(std::string_view sheet, std::uint32_t row, std::uint32_t column);

}  // namespace countersign::sheets
