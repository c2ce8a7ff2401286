#include "reports/sheets/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace countersign::sheets {
namespace {

bool is_plain_name(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           c == '_' || c == '.';
  });
}

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

}  // namespace

const Cell* Sheet::find(std::uint32_t row, std::uint32_t column) const {
  const auto at = std::lower_bound(rows.begin(), rows.end(), row, [](const Row& each, std::uint32_t wanted) {
    return each.number < wanted;
  });
  if (at == rows.end() || at->number != row) return nullptr;
  const auto cell =
      std::lower_bound(at->cells.begin(), at->cells.end(), column,
                       [](const Cell& each, std::uint32_t wanted) { return each.column < wanted; });
  return cell == at->cells.end() || cell->column != column ? nullptr : &*cell;
}

const Range* Sheet::merged_at(std::uint32_t row, std::uint32_t column) const {
  for (const auto& range : merged) {
    if (range.first_row > row) break;
    if (range.contains(row, column)) return &range;
  }
  return nullptr;
}

const Choices* Sheet::choices_at(std::uint32_t row, std::uint32_t column) const {
  for (const auto& each : choices) {
    for (const auto& range : each.where) {
      if (range.contains(row, column)) return &each;
    }
  }
  return nullptr;
}

bool Sheet::is_hidden_column(std::uint32_t column) const {
  return std::any_of(hidden_columns.begin(), hidden_columns.end(),
                     [&](const Columns& each) { return column >= each.first && column <= each.last; });
}

std::string_view to_string(About about) {
  switch (about) {
    case About::formulas:
      return "formulas";
    case About::external_links:
      return "external-links";
    case About::connections:
      return "connections";
    case About::embedded:
      return "embedded";
    case About::hidden_sheets:
      return "hidden-sheets";
    case About::hidden_rows:
      return "hidden-rows";
    case About::other_sheets:
      return "other-sheets";
    case About::comments:
      return "comments";
    case About::choices:
      return "choices";
    case About::protected_sheets:
      return "protected-sheets";
    case About::signature:
      return "signature";
    case About::encoding:
      return "encoding";
    case About::separator:
      return "separator";
  }
  return "";
}

const Sheet* Table::find(std::string_view name) const {
  for (const auto& sheet : sheets) {
    if (same_sheet(sheet.name, name)) return &sheet;
  }
  return nullptr;
}

bool same_sheet(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

std::string column_letters(std::uint32_t column) {
  std::string out;
  for (; column > 0; column = (column - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
  return out;
}

std::string address(std::string_view sheet, std::uint32_t row, std::uint32_t column) {
  auto cell = fmt::format("{}{}", column_letters(column), row);
  if (sheet.empty()) return cell;
  if (is_plain_name(sheet)) return fmt::format("{}!{}", sheet, cell);
  std::string quoted;
  for (const char c : sheet) quoted.append(c == '\'' ? "''" : std::string_view(&c, 1));
  return fmt::format("'{}'!{}", quoted, cell);
}

}  // namespace countersign::sheets
