#include "reports/sheets/write.h"

#include "reports/sheets/delimited_write.h"
#include "reports/sheets/kind_of_file.h"
#include "reports/sheets/package.h"
#include "reports/sheets/patch.h"
#include "reports/sheets/read.h"
#include "reports/sheets/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

base::Error two_texts(const Edit& edit) {
  return {Code::invalid_argument,
          fmt::format("the cell {} is to hold two texts", address(edit.sheet, edit.row, edit.column))};
}

base::Result<void> check_edits(const std::vector<Edit>& edits) {
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t>> seen;
  for (const auto& edit : edits) {
    if (edit.row == 0 || edit.row > kRowsMax || edit.column == 0 || edit.column > kColumnsMax)
      return fail(Code::invalid_argument,
                  fmt::format("row {}, column {} is no cell of a sheet", edit.row, edit.column));
    const auto cell = address(edit.sheet, edit.row, edit.column);
    if (!is_utf8(edit.text))
      return fail(Code::invalid_argument, fmt::format("the text for the cell {} is no UTF-8", cell));
    if (utf16_length(edit.text) > kCellCharactersMax)
      return fail(Code::invalid_argument,
                  fmt::format("the text for the cell {} has more than the {} characters that a cell can hold",
                              cell, kCellCharactersMax));
    if (!seen.emplace(edit.sheet, edit.row, edit.column).second) return fail(two_texts(edit));
  }
  return {};
}

/// A part that is an Excel table: where its column names and totals stand, which have to be what the part
/// says.
class TableReader : public XmlHandler {
 public:
  base::Result<void> start(const Tag& tag) override {
    if (++depth_ > 1 || !tag.is("table")) return {};
    const auto range = parse_range(tag.attribute("ref").value_or(""));
    if (!range) return {};
    const auto fixed_row = [&](std::uint32_t row) {
      fixed.push_back({row, range->first_column, row, range->last_column});
    };
    if (tag.attribute("headerRowCount").value_or("1") != "0") fixed_row(range->first_row);
    if (tag.attribute("totalsRowCount").value_or("0") != "0") fixed_row(range->last_row);
    return {};
  }
  base::Result<void> end(const Tag&) override { return {}; }

  std::vector<Range> fixed;

 private:
  std::size_t depth_ = 0;
};

/// Refuses edits of cells that others hang on.
base::Result<void> check_places(const Package& package, const SheetPart& part, const Sheet& sheet,
                                const SheetEdits& edits) {
  TableReader tables;
  TRY_ASSIGN(const auto relations, package.relations_of(part.entry->name));
  for (const auto& relation : relations) {
    const auto* entry =
        relation.type == "table" && !relation.external ? package.zip().find(relation.target) : nullptr;
    TableReader table;
    if (entry != nullptr) TRY(parse_part(package.zip(), *entry, table));
    tables.fixed.insert(tables.fixed.end(), table.fixed.begin(), table.fixed.end());
  }
  for (const auto& [place, text] : edits) {
    const auto cell = address(sheet.name, place.row, place.column);
    const auto* held = sheet.find(place.row, place.column);
    if (held != nullptr && held->formula)
      return fail(Code::failed_precondition,
                  fmt::format("the cell {} holds a formula: take it out, or choose another cell", cell));
    const auto* merged = sheet.merged_at(place.row, place.column);
    if (merged != nullptr && (merged->first_row != place.row || merged->first_column != place.column))
      return fail(Code::failed_precondition,
                  fmt::format("the cell {} lies in the merged range {}: write into its first cell", cell,
                              to_text(*merged)));
    for (const auto& range : tables.fixed) {
      if (range.contains(place.row, place.column))
        return fail(Code::failed_precondition,
                    fmt::format("the cell {} heads or sums up a column of a table, whose definition repeats "
                                "it: choose another cell",
                                cell));
    }
  }
  return {};
}

base::Result<std::string> write_workbook(std::string_view original, const std::vector<Edit>& edits,
                                         const Limits& limits) {
  TRY_ASSIGN(const auto table, read_workbook(original, limits));
  TRY_ASSIGN(const auto package, Package::open(original, limits));
  if (package.has_signature())
    return fail(
        Code::failed_precondition,
        "the file has a digital signature, which no change would leave valid: save a copy without it");
  std::map<std::size_t, SheetEdits> by_sheet;
  for (const auto& edit : edits) {
    const auto* sheet = table.find(edit.sheet);
    if (sheet == nullptr)
      return fail(Code::not_found, fmt::format("there is no sheet for the cell {}",
                                               address(edit.sheet, edit.row, edit.column)));
    auto& texts = by_sheet[static_cast<std::size_t>(sheet - table.sheets.data())];
    if (!texts.emplace(Place{edit.row, edit.column}, &edit.text).second) return fail(two_texts(edit));
  }
  const bool has_formulas = std::any_of(table.notes.begin(), table.notes.end(),
                                        [](const Note& note) { return note.about == About::formulas; });
  std::map<std::string, std::string> replaced;
  for (const auto& [index, sheet_edits] : by_sheet) {
    const auto& part = package.sheets()[index];
    TRY(check_places(package, part, table.sheets[index], sheet_edits));
    TRY_ASSIGN(const auto xml, package.zip().read(*part.entry));
    TRY_ASSIGN(auto patched, patch_worksheet(xml, {part.entry->name, part.name, sheet_edits, has_formulas}));
    replaced.emplace(part.entry->name, std::move(patched));
  }
  return package.zip().with(replaced);
}

}  // namespace

base::Result<std::string> write_cells(std::string_view original, const std::vector<Edit>& edits,
                                      const Limits& limits) {
  TRY(check_edits(edits));
  if (looks_like_workbook(original)) return write_workbook(original, edits, limits);
  for (const auto& edit : edits) {
    if (!edit.sheet.empty())
      return fail(Code::not_found, fmt::format("there is no sheet for the cell {}: a delimited file has none",
                                               address(edit.sheet, edit.row, edit.column)));
  }
  return write_delimited(original, edits, limits);
}

}  // namespace countersign::sheets
