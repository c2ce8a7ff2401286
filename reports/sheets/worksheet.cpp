#include "reports/sheets/worksheet.h"

#include "reports/sheets/grid_cursor.h"
#include "reports/sheets/reference.h"
#include "reports/sheets/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kRawBytesMax = 8 * kCellCharactersMax;
constexpr std::size_t kFormulaBytesMax = 8'192;  // what Excel takes of a formula

/// Where in the part an element stands that matters.
enum class At : std::uint8_t {
  elsewhere,
  sheet,
  rows,
  row,
  cell,
  formula,
  value,
  inline_text,
  columns,
  merges,
  validations,
  validation,
  source,
  extensions,
  extension,
  later_validations,  ///< those of 2010, which may refer to other sheets
  later_validation,
  later_source,
  later_where,
};

struct Step {
  At parent;
  Space space;
  std::string_view name;
  At at;
};

constexpr Step kSteps[] = {
    {At::sheet, Space::main, "sheetData", At::rows},
    {At::rows, Space::main, "row", At::row},
    {At::row, Space::main, "c", At::cell},
    {At::cell, Space::main, "v", At::value},
    {At::cell, Space::main, "f", At::formula},
    {At::cell, Space::main, "is", At::inline_text},
    {At::sheet, Space::main, "cols", At::columns},
    {At::sheet, Space::main, "mergeCells", At::merges},
    {At::sheet, Space::main, "dataValidations", At::validations},
    {At::validations, Space::main, "dataValidation", At::validation},
    {At::validation, Space::main, "formula1", At::source},
    {At::sheet, Space::main, "extLst", At::extensions},
    {At::extensions, Space::main, "ext", At::extension},
    {At::extension, Space::x14, "dataValidations", At::later_validations},
    {At::later_validations, Space::x14, "dataValidation", At::later_validation},
    {At::later_validation, Space::x14, "formula1", At::later_source},
    {At::later_source, Space::xm, "f", At::source},
    {At::later_validation, Space::xm, "sqref", At::later_where},
};

At step(At parent, const Tag& tag) {
  for (const auto& each : kSteps) {
    if (each.parent == parent && each.space == tag.space && each.name == tag.name) return each.at;
  }
  return At::elsewhere;
}

std::optional<std::size_t> index_of(std::string_view text) {
  std::size_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

class WorksheetReader : public XmlHandler {
 public:
  WorksheetReader(const Package& package, const SheetPart& part, const SharedStrings& strings,
                  const Styles& styles, Budget& budget)
      : package_(package),
        part_(part),
        strings_(strings),
        styles_(styles),
        budget_(budget),
        cursor_(part.entry->name) {
    out.sheet.name = part.name;
    out.sheet.visibility = part.visibility;
  }

  base::Result<void> start(const Tag& tag) override {
    const At parent = path_.empty() ? At::elsewhere : path_.back();
    if (parent == At::inline_text || inline_depth_ > 0) {
      ++inline_depth_;
      path_.push_back(At::elsewhere);
      return rich_.start(tag);
    }
    const At at = path_.empty() && tag.is("worksheet") ? At::sheet : step(parent, tag);
    path_.push_back(at);
    return enter(at, parent, tag);
  }

  base::Result<void> end(const Tag&) override {
    const At at = path_.back();
    path_.pop_back();
    if (inline_depth_ > 0) {
      --inline_depth_;
      rich_.end();
      return {};
    }
    return leave(at);
  }

  base::Result<void> text(std::string_view piece) override {
    if (inline_depth_ > 0) return rich_.text(piece);
    switch (path_.empty() ? At::elsewhere : path_.back()) {
      case At::value:
        return add(value_, piece, kRawBytesMax);
      case At::source:
        return add(validation_.source, piece, kFormulaBytesMax);
      case At::later_where:
        return add(where_, piece, kRawBytesMax);
      default:
        return {};
    }
  }

  /// What can be said once all of the part is there.
  base::Result<void> finish() {
    if (const auto twice = sort_and_find_overlap(out.sheet.merged))
      return invalid(fmt::format("the merged range {} overlaps another", to_text(*twice)));
    for (auto& row : out.sheet.rows) {
      for (auto& cell : row.cells) {
        cell.formula |= std::any_of(results_.begin(), results_.end(), [&](const Range& each) {
          return each.contains(row.number, cell.column);
        });
        out.formulas += cell.formula ? 1 : 0;
      }
    }
    return {};
  }

  Worksheet out;

 private:
  tl::unexpected<base::Error> invalid(std::string_view what) const {
    return fail(Code::invalid_argument, fmt::format("{}: {}; open the file in a spreadsheet and save it anew",
                                                    shown(part_.entry->name), what));
  }

  base::Result<void> add(std::string& to, std::string_view piece, std::size_t most) const {
    if (to.size() + piece.size() > most)
      return fail(Code::resource_exhausted,
                  fmt::format("{}: a text is longer than a cell can be", shown(part_.entry->name)));
    to.append(piece);
    return {};
  }

  base::Result<void> enter(At at, At parent, const Tag& tag) {
    switch (at) {
      case At::row:
        TRY(cursor_.enter_row(tag));
        TRY(budget_.take_row());
        row_ = {cursor_.row(), tag.flag("hidden"), {}};
        out.hidden_rows += row_.hidden ? 1 : 0;
        return {};
      case At::cell:
        TRY(cursor_.enter_cell(tag));
        type_ = tag.attribute("t").value_or("n");
        style_ = index_of(tag.attribute("s").value_or("0")).value_or(0);
        formula_ = false;
        value_.clear();
        rich_.clear();
        return {};
      case At::formula:
        return enter_formula(tag);
      case At::validation:
      case At::later_validation:
        validation_ = {};
        is_list_ = tag.attribute("type").value_or("") == "list";
        where_ = tag.attribute("sqref").value_or("");
        return {};
      case At::elsewhere:
        return enter_unnamed(parent, tag);
      default:
        return {};
    }
  }

  /// What is one tag without content.
  base::Result<void> enter_unnamed(At parent, const Tag& tag) {
    if (parent == At::sheet && tag.is("sheetProtection")) out.is_protected = tag.flag("sheet");
    if (parent == At::merges && tag.is("mergeCell")) {
      const auto range = parse_range(tag.attribute("ref").value_or(""));
      if (!range) return invalid("a merged range is none");
      TRY(budget_.take_range());
      if (range->first_row != range->last_row || range->first_column != range->last_column)
        out.sheet.merged.push_back(*range);
    }
    if (parent == At::columns && tag.is("col") && tag.flag("hidden")) {
      const auto first = index_of(tag.attribute("min").value_or("")),
                 last = index_of(tag.attribute("max").value_or(""));
      if (!first || !last || *first == 0 || *first > *last || *last > kColumnsMax)
        return invalid("a column is none");
      TRY(budget_.take_range());
      out.sheet.hidden_columns.push_back(
          {static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)});
    }
    return {};
  }

  base::Result<void> enter_formula(const Tag& tag) {
    formula_ = true;
    const auto kind = tag.attribute("t").value_or("");
    if (kind != "array" && kind != "dataTable") return {};
    const auto range = parse_range(tag.attribute("ref").value_or(""));
    if (!range) return invalid("the range of an array formula is none");
    if (range->first_row == range->last_row && range->first_column == range->last_column) return {};
    TRY(budget_.take_range());
    if (results_.size() >= kResultRangesMax)
      return fail(Code::resource_exhausted, "a sheet has too many array formulas");
    results_.push_back(*range);
    return {};
  }

  base::Result<void> leave(At at) {
    switch (at) {
      case At::cell:
        return leave_cell();
      case At::row:
        if (!row_.cells.empty()) out.sheet.rows.push_back(std::move(row_));
        return {};
      case At::validation:
      case At::later_validation:
        return leave_validation();
      default:
        return {};
    }
  }

  base::Result<void> leave_cell() {
    Cell cell{cursor_.column(), Kind::text, formula_, {}};
    if (type_ == "s") {
      const auto index = index_of(value_);
      const auto shared = index ? strings_.at(*index) : std::nullopt;
      if (!shared && !value_.empty())
        return invalid(fmt::format("the cell {} refers to a text that there is not",
                                   address({}, cursor_.row(), cursor_.column())));
      cell.text = shared.value_or("");
    } else if (type_ == "inlineStr") {
      cell.text = rich_.take();
    } else if (type_ == "str") {
      cell.text = without_escapes(value_);
    } else if (type_ == "b") {
      cell.kind = Kind::boolean;
      cell.text = value_.empty() ? "" : value_ == "0" || value_ == "false" ? "FALSE" : "TRUE";
    } else if (type_ == "e") {
      cell.kind = Kind::error;
      cell.text = value_;
    } else if (type_ == "d") {
      cell.kind = Kind::date;
      cell.text = value_;
    } else if (!value_.empty()) {
      auto number = show_number(value_, styles_.shape_of(style_), package_.from_1904());
      cell.kind = number.kind;
      cell.text = std::move(number.text);
    }
    if (cell.text.empty() && !cell.formula) return {};
    TRY(budget_.take_cell(cell.text));
    row_.cells.push_back(std::move(cell));
    return {};
  }

  base::Result<void> leave_validation() {
    if (!is_list_) return {};
    auto where = parse_ranges(where_);
    if (!where) return invalid("the range of a choice is none");
    for (std::size_t i = 0; i < std::max<std::size_t>(where->size(), 1); ++i) TRY(budget_.take_range());
    TRY(budget_.take_text(validation_.source));
    validation_.where = std::move(*where);
    out.validations.push_back(std::move(validation_));
    return {};
  }

  static constexpr std::size_t kResultRangesMax = 100;  // each is looked at for each cell

  const Package& package_;
  const SheetPart& part_;
  const SharedStrings& strings_;
  const Styles& styles_;
  Budget& budget_;
  GridCursor cursor_;
  std::vector<At> path_;
  std::size_t inline_depth_ = 0;
  Row row_;
  std::string type_, value_, where_;
  std::size_t style_ = 0;
  bool formula_ = false, is_list_ = false;
  RichText rich_;
  Validation validation_;
  std::vector<Range> results_;  ///< what array formulas fill
};

}  // namespace

base::Result<Worksheet> read_worksheet(const Package& package, const SheetPart& part,
                                       const SharedStrings& strings, const Styles& styles, Budget& budget) {
  WorksheetReader reader(package, part, strings, styles, budget);
  TRY(parse_large_part(package.zip(), *part.entry, reader));
  TRY(reader.finish());
  return std::move(reader.out);
}

}  // namespace countersign::sheets
