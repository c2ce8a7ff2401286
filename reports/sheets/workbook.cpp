#include "reports/sheets/choices.h"
#include "reports/sheets/kind_of_file.h"
#include "reports/sheets/package.h"
#include "reports/sheets/read.h"
#include "reports/sheets/strings.h"
#include "reports/sheets/styles.h"
#include "reports/sheets/worksheet.h"

#include <fmt/format.h>

namespace countersign::sheets {
namespace {

/// What is to be known of the sheets themselves.
std::vector<Note> notes_on(const std::vector<Worksheet>& sheets, std::uint64_t untold) {
  std::uint64_t formulas = 0, rows = 0, columns = 0, are_protected = 0;
  for (const auto& each : sheets) {
    formulas += each.formulas;
    rows += each.hidden_rows;
    for (const auto& range : each.sheet.hidden_columns) columns += range.last - range.first + 1;
    are_protected += each.is_protected ? 1 : 0;
  }
  std::vector<Note> notes;
  if (formulas > 0)
    notes.push_back(
        {About::formulas, formulas,
         fmt::format("Cells with formulas were read by their last results, which may be out of date: {}.",
                     formulas)});
  if (rows + columns > 0)
    notes.push_back(
        {About::hidden_rows, rows + columns,
         fmt::format("Hidden rows and columns were read like the others: {} and {}.", rows, columns)});
  if (untold > 0)
    notes.push_back(
        {About::choices, untold,
         fmt::format(
             "Lists of choices that could not be told, because formulas make them or they are too long: {}.",
             untold)});
  if (are_protected > 0)
    notes.push_back(
        {About::protected_sheets, are_protected,
         fmt::format("Sheets that are protected against changes are read and written like others: {}.",
                     are_protected)});
  return notes;
}

}  // namespace

base::Result<Table> read_workbook(std::string_view bytes, const Limits& limits) {
  TRY_ASSIGN(const auto package, Package::open(bytes, limits));
  Budget budget(limits);
  TRY_ASSIGN(const auto styles, Styles::read(package));
  std::vector<Worksheet> sheets;
  {
    Budget shared(limits);
    TRY_ASSIGN(const auto strings, SharedStrings::read(package, shared));
    for (const auto& part : package.sheets()) {
      TRY_ASSIGN(auto sheet, read_worksheet(package, part, strings, styles, budget));
      sheets.push_back(std::move(sheet));
    }
  }
  TRY_ASSIGN(const auto untold, resolve_choices(package, sheets, budget));
  Table table;
  table.notes = notes_on(sheets, untold);
  for (auto& note : package.notes()) table.notes.push_back(std::move(note));
  for (auto& each : sheets) table.sheets.push_back(std::move(each.sheet));
  return table;
}

base::Result<Table> read_table(std::string_view bytes, const Limits& limits) {
  return looks_like_workbook(bytes) ? read_workbook(bytes, limits) : read_delimited(bytes, limits);
}

}  // namespace countersign::sheets
