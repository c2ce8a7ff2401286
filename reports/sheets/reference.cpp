#include "reports/sheets/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <utility>

namespace countersign::sheets {
namespace {

std::optional<std::uint32_t> take_column(std::string_view& text) {
  std::uint32_t column = 0;
  std::size_t count = 0;
  for (; count < text.size() && std::isalpha(static_cast<unsigned char>(text[count])) != 0; ++count) {
    column = column * 26 +
             static_cast<std::uint32_t>(std::toupper(static_cast<unsigned char>(text[count])) - 'A' + 1);
    if (column > kColumnsMax) return std::nullopt;
  }
  if (count == 0) return std::nullopt;
  text.remove_prefix(count);
  return column;
}

std::optional<std::uint32_t> take_row(std::string_view& text) {
  std::uint32_t row = 0;
  std::size_t count = 0;
  for (; count < text.size() && std::isdigit(static_cast<unsigned char>(text[count])) != 0; ++count) {
    row = row * 10 + static_cast<std::uint32_t>(text[count] - '0');
    if (row > kRowsMax) return std::nullopt;
  }
  if (count == 0 || text.front() == '0') return std::nullopt;
  text.remove_prefix(count);
  return row;
}

void skip_dollar(std::string_view& text, bool absolute) {
  if (absolute && text.starts_with('$')) text.remove_prefix(1);
}

Range between(Place a, Place b) {
  return {std::min(a.row, b.row), std::min(a.column, b.column), std::max(a.row, b.row),
          std::max(a.column, b.column)};
}

/// `$A:$C` and `$1:$3`.
std::optional<Range> parse_whole(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto from = text.substr(0, colon), to = text.substr(colon + 1);
  skip_dollar(from, true);
  skip_dollar(to, true);
  if (from.empty() || to.empty()) return std::nullopt;
  if (std::isalpha(static_cast<unsigned char>(from.front())) != 0) {
    const auto a = take_column(from), b = take_column(to);
    if (!a || !b || !from.empty() || !to.empty()) return std::nullopt;
    return between({1, *a}, {kRowsMax, *b});
  }
  const auto a = take_row(from), b = take_row(to);
  if (!a || !b || !from.empty() || !to.empty()) return std::nullopt;
  return between({*a, 1}, {*b, kColumnsMax});
}

}  // namespace

std::optional<Place> parse_place(std::string_view text, bool absolute) {
  skip_dollar(text, absolute);
  const auto column = take_column(text);
  if (!column) return std::nullopt;
  skip_dollar(text, absolute);
  const auto row = take_row(text);
  if (!row || !text.empty()) return std::nullopt;
  return Place{*row, *column};
}

std::optional<Range> parse_range(std::string_view text, bool absolute) {
  const auto colon = text.find(':');
  const auto first = parse_place(text.substr(0, colon), absolute);
  const auto last = colon == std::string_view::npos ? first : parse_place(text.substr(colon + 1), absolute);
  if (!first || !last) return std::nullopt;
  return between(*first, *last);
}

std::string to_text(const Range& range) {
  auto first = address({}, range.first_row, range.first_column);
  if (range.first_row == range.last_row && range.first_column == range.last_column) return first;
  return fmt::format("{}:{}", first, address({}, range.last_row, range.last_column));
}

std::optional<std::vector<Range>> parse_ranges(std::string_view text) {
  std::vector<Range> out;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto part = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (part.empty()) continue;
    auto range = parse_range(part);
    if (!range) range = parse_whole(part);
    if (!range) return std::nullopt;
    out.push_back(*range);
  }
  return out;
}

std::optional<Range> sort_and_find_overlap(std::vector<Range>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::pair(a.first_row, a.first_column) < std::pair(b.first_row, b.first_column);
  });
  // Those that reach down to the row that is looked at: by column no two overlap, by row the first to end
  // comes first.
  std::map<std::uint32_t, const Range*> open;
  std::multimap<std::uint32_t, std::uint32_t> ends;
  for (const auto& range : ranges) {
    while (!ends.empty() && ends.begin()->first < range.first_row) {
      open.erase(ends.begin()->second);
      ends.erase(ends.begin());
    }
    const auto next = open.lower_bound(range.first_column);
    if (next != open.end() && next->first <= range.last_column) return range;
    if (next != open.begin() && std::prev(next)->second->last_column >= range.first_column) return range;
    open.emplace(range.first_column, &range);
    ends.emplace(range.last_row, range.first_column);
  }
  return std::nullopt;
}

std::optional<Reference> parse_reference(std::string_view text) {
  Reference out;
  if (text.starts_with('\'')) {
    std::size_t at = 1;
    for (;; ++at) {
      if (at >= text.size()) return std::nullopt;
      if (text[at] == '\'') {
        if (at + 1 >= text.size() || text[at + 1] != '\'') break;
        ++at;
      }
      out.sheet.push_back(text[at]);
    }
    if (!text.substr(at + 1).starts_with('!')) return std::nullopt;
    text.remove_prefix(at + 2);
  } else if (const auto mark = text.find('!'); mark != std::string_view::npos) {
    out.sheet = text.substr(0, mark);
    text.remove_prefix(mark + 1);
  }
  auto range = parse_range(text, true);
  if (!range) range = parse_whole(text);
  if (!range) return std::nullopt;
  out.range = *range;
  return out;
}

}  // namespace countersign::sheets
