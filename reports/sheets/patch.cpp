#include "reports/sheets/patch.h"

#include "reports/sheets/cell_xml.h"
#include "reports/sheets/grid_cursor.h"
#include "reports/sheets/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

/// Bytes to be put in the place of others.
struct Patch {
  std::uint64_t begin = 0, end = 0;
  std::string text;
};

/// What has been seen above in a column.
struct Column {
  std::size_t cells = 0;
  std::string style;                     ///< of the last of them
  std::optional<std::string> of_column;  ///< that cells have where nothing else is said
};

/// Goes through a worksheet once and notes what is to be changed where.
class Planner : public XmlHandler {
 public:
  Planner(std::string_view xml, const PatchOrder& order)
      : xml_(xml), order_(order), cursor_(order.part), next_(order.edits.begin()) {
    for (const auto& [place, text] : order.edits) {
      columns_[place.column];
      if (text->empty()) continue;
      used_.first_row = std::min(used_.first_row, place.row);
      used_.last_row = std::max(used_.last_row, place.row);
      used_.first_column = std::min(used_.first_column, place.column);
      used_.last_column = std::max(used_.last_column, place.column);
    }
  }

  base::Result<void> start(const Tag& tag) override {
    ++depth_;
    if (depth_ == 2) return start_part(tag);
    if (depth_ == 3 && in_columns_ && tag.is("col")) take_column_style(tag);
    if (depth_ < 3 || !in_rows_) return {};
    if (depth_ == 3 && tag.is("row")) return start_row(tag);
    if (depth_ == 4 && in_row_ && tag.is("c")) return start_cell(tag);
    if (depth_ == 5 && in_cell_ && tag.is("f")) return start_formula(tag);
    return {};
  }

  base::Result<void> end(const Tag& tag) override {
    if (depth_ == 4 && in_cell_) end_cell(tag);
    if (depth_ == 3 && in_row_) end_row(tag);
    if (depth_ == 2 && in_rows_) end_rows(tag);
    if (depth_ == 2 && calculation_ && calculation_->end == 0) calculation_->end = tag.end;
    if (depth_ == 2) in_rows_ = in_columns_ = false;
    --depth_;
    return {};
  }

  /// The worksheet with all changes.
  base::Result<std::string> result() {
    if (!rows_end_)
      return fail(Code::invalid_argument,
                  fmt::format("{}: the sheet has no place for cells", shown(order_.part)));
    for (const auto& [place, text] : order_.edits) {
      for (const auto& range : results_) {
        if (range.contains(place.row, place.column))
          return fail(Code::failed_precondition,
                      fmt::format("the cell {} holds a result of the array formula of {}: take the formula "
                                  "out, or choose another cell",
                                  address(order_.sheet, place.row, place.column), to_text(range)));
      }
    }
    if (order_.recalculate) {
      const auto element = fmt::format("<{}sheetCalcPr fullCalcOnLoad=\"1\"/>", prefix_);
      patches_.push_back(calculation_ ? Patch{calculation_->begin, calculation_->end, element}
                                      : Patch{*rows_end_, *rows_end_, element});
    }
    std::stable_sort(patches_.begin(), patches_.end(),
                     [](const Patch& a, const Patch& b) { return a.begin < b.begin; });
    std::string out;
    std::uint64_t done = 0;
    for (const auto& patch : patches_) {
      out.append(xml_.substr(done, patch.begin - done));
      out.append(patch.text);
      done = patch.end;
    }
    out.append(xml_.substr(done));
    return out;
  }

 private:
  bool is_empty_tag(const Tag& tag) const { return xml_[tag.end - 2] == '/'; }
  std::string_view raw(const Tag& tag) const { return xml_.substr(tag.begin, tag.end - tag.begin); }

  /// Puts text before the end tag of an element that began at `tag`, which may be without one.
  void put_inside(const Tag& tag, const Tag& end_tag, std::string_view name, std::string text) {
    if (is_empty_tag(tag)) {
      patches_.push_back({tag.end - 2, tag.end, fmt::format(">{}</{}{}>", text, prefix_, name)});
    } else {
      patches_.push_back({end_tag.begin, end_tag.begin, std::move(text)});
    }
  }

  void set_attribute(const Tag& tag, std::string_view name, std::string value) {
    if (const auto span = attribute_span(raw(tag), name))
      patches_.push_back({tag.begin + span->begin, tag.begin + span->end, std::move(value)});
  }

  base::Result<void> start_part(const Tag& tag) {
    if (tag.is("dimension")) widen_dimension(tag);
    in_columns_ = tag.is("cols");
    if (tag.is("sheetCalcPr")) calculation_ = Patch{tag.begin, 0, {}};
    if (!tag.is("sheetData")) return {};
    if (rows_end_)
      return fail(Code::invalid_argument,
                  fmt::format("{}: the sheet has its cells twice", shown(order_.part)));
    in_rows_ = true;
    rows_tag_ = kept(tag);
    prefix_ = tag.prefix.empty() ? "" : std::string(tag.prefix) + ":";
    return {};
  }

  void widen_dimension(const Tag& tag) {
    const auto was = parse_range(tag.attribute("ref").value_or(""));
    if (!was || used_.last_row == 0) return;
    const Range now{std::min(was->first_row, used_.first_row),
                    std::min(was->first_column, used_.first_column), std::max(was->last_row, used_.last_row),
                    std::max(was->last_column, used_.last_column)};
    if (now != *was) set_attribute(tag, "ref", to_text(now));
  }

  void take_column_style(const Tag& tag) {
    const auto first = number_of(tag.attribute("min")), last = number_of(tag.attribute("max"));
    const auto style = tag.attribute("style");
    if (!first || !last || !style) return;
    for (auto at = columns_.lower_bound(*first); at != columns_.end() && at->first <= *last; ++at)
      at->second.of_column = *style;
  }

  base::Result<void> start_row(const Tag& tag) {
    TRY(cursor_.enter_row(tag));
    in_row_ = true;
    put_rows_before(cursor_.row(), tag.begin);
    row_tag_ = kept(tag);
    row_style_.reset();
    if (tag.flag("customFormat")) row_style_ = tag.attribute("s").value_or("");
    if (next_ != order_.edits.end() && next_->first.row == cursor_.row()) {
      widen_spans(tag);
      forget_height(tag);
    }
    return {};
  }

  /// A height that a spreadsheet measured of the texts before would cut the new ones off; without it, it
  /// measures again.
  void forget_height(const Tag& tag) {
    if (tag.flag("customHeight")) return;
    const auto value = attribute_span(raw(tag), "ht");
    if (!value) return;
    const auto begin = raw(tag).substr(0, value->begin).rfind("ht");
    patches_.push_back({tag.begin + begin - 1, tag.begin + value->end + 1, {}});
  }

  void widen_spans(const Tag& tag) {
    const auto spans = tag.attribute("spans");
    const auto colon = spans ? spans->find(':') : std::string_view::npos;
    if (colon == std::string_view::npos || spans->find(' ') != std::string_view::npos) return;
    const auto first = number_of(spans->substr(0, colon)), last = number_of(spans->substr(colon + 1));
    if (!first || !last) return;
    auto least = *first, most = *last;
    for (auto at = next_; at != order_.edits.end() && at->first.row == cursor_.row(); ++at) {
      least = std::min(least, at->first.column);
      most = std::max(most, at->first.column);
    }
    if (least != *first || most != *last) set_attribute(tag, "spans", fmt::format("{}:{}", least, most));
  }

  base::Result<void> start_cell(const Tag& tag) {
    TRY(cursor_.enter_cell(tag));
    in_cell_ = true;
    put_cells_before(cursor_.column(), tag.begin);
    const std::string style(tag.attribute("s").value_or(""));
    if (const auto column = columns_.find(cursor_.column()); column != columns_.end()) {
      ++column->second.cells;
      column->second.style = style;
    }
    is_edited_ = next_ != order_.edits.end() && next_->first == here();
    if (is_edited_) edited_ = {tag.begin, 0, cell_xml(prefix_, here(), style, *next_->second)};
    return {};
  }

  base::Result<void> start_formula(const Tag& tag) {
    if (is_edited_)
      return fail(Code::failed_precondition,
                  fmt::format("the cell {} holds a formula: take it out, or choose another cell",
                              address(order_.sheet, here().row, here().column)));
    const auto kind = tag.attribute("t").value_or("");
    const auto range = parse_range(tag.attribute("ref").value_or(""));
    if ((kind == "array" || kind == "dataTable") && range) results_.push_back(*range);
    return {};
  }

  void end_cell(const Tag& tag) {
    in_cell_ = false;
    if (!is_edited_) return;
    is_edited_ = false;
    edited_.end = tag.end;
    patches_.push_back(std::move(edited_));
    ++next_;
  }

  void end_row(const Tag& tag) {
    in_row_ = false;
    auto cells = take_cells(kColumnsMax + 1);
    if (!cells.empty()) put_inside(row_tag_, tag, "row", std::move(cells));
  }

  void end_rows(const Tag& tag) {
    rows_end_ = tag.end;
    auto rows = take_rows(kRowsMax + 1);
    if (!rows.empty()) put_inside(rows_tag_, tag, "sheetData", std::move(rows));
  }

  void put_cells_before(std::uint32_t column, std::uint64_t at) {
    auto cells = take_cells(column);
    if (!cells.empty()) patches_.push_back({at, at, std::move(cells)});
  }

  void put_rows_before(std::uint32_t row, std::uint64_t at) {
    auto rows = take_rows(row);
    if (!rows.empty()) patches_.push_back({at, at, std::move(rows)});
  }

  /// The cells of the current row that are missing before a column.
  std::string take_cells(std::uint32_t column) {
    std::string cells;
    for (; next_ != order_.edits.end() && next_->first.row == cursor_.row() && next_->first.column < column;
         ++next_)
      if (!next_->second->empty())
        cells.append(cell_xml(prefix_, next_->first, style_of_missing(row_style_), *next_->second));
    return cells;
  }

  /// The rows that are missing before a row.
  std::string take_rows(std::uint32_t row) {
    std::string rows;
    while (next_ != order_.edits.end() && next_->first.row < row) {
      const auto number = next_->first.row;
      std::string cells;
      for (; next_ != order_.edits.end() && next_->first.row == number; ++next_)
        if (!next_->second->empty())
          cells.append(cell_xml(prefix_, next_->first, style_of_missing({}), *next_->second));
      if (!cells.empty()) rows.append(fmt::format("<{0}row r=\"{1}\">{2}</{0}row>", prefix_, number, cells));
    }
    return rows;
  }

  std::string style_of_missing(const std::optional<std::string>& of_row) const {
    const auto& column = columns_.at(next_->first.column);
    // The topmost cell is the heading.
    if (column.cells > 1) return column.style;
    return of_row.value_or(column.of_column.value_or(""));
  }

  Place here() const { return {cursor_.row(), cursor_.column()}; }

  /// The places of a tag, which outlive it.
  static Tag kept(const Tag& tag) {
    Tag out;
    out.begin = tag.begin;
    out.end = tag.end;
    return out;
  }

  const std::string_view xml_;
  const PatchOrder& order_;
  GridCursor cursor_;
  SheetEdits::const_iterator next_;
  std::map<std::uint32_t, Column> columns_;  ///< those that are edited
  Range used_{kRowsMax, kColumnsMax, 0, 0};
  std::vector<Patch> patches_;
  std::vector<Range> results_;
  std::size_t depth_ = 0;
  bool in_rows_ = false, in_row_ = false, in_cell_ = false, in_columns_ = false, is_edited_ = false;
  std::string prefix_;
  Tag rows_tag_, row_tag_;
  std::optional<std::uint64_t> rows_end_;
  std::optional<std::string> row_style_;
  std::optional<Patch> calculation_;
  Patch edited_;
};

}  // namespace

base::Result<std::string> patch_worksheet(std::string_view xml, const PatchOrder& order) {
  if (is_utf16(xml))
    return fail(Code::failed_precondition,
                fmt::format("{}: the sheet is UTF-16: open the file in a spreadsheet and save it anew",
                            shown(order.part)));
  Planner planner(xml, order);
  XmlReader reader(order.part, planner);
  TRY(reader.feed(xml));
  TRY(reader.finish());
  return planner.result();
}

}  // namespace countersign::sheets
