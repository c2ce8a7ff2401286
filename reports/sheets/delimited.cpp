#include "reports/sheets/delimited.h"

#include "reports/sheets/budget.h"
#include "reports/sheets/encoding.h"
#include "reports/sheets/kind_of_file.h"
#include "reports/sheets/read.h"

#include <fmt/format.h>

#include <csv.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <new>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kSampleRows = 100;

/// libcsv, strict, with cells as they stand. Gives the cells of a row once it has ended.
class CellParser {
 public:
  explicit CellParser(char separator) {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(separator));
    // Spaces around a cell are part of it.
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });
  }
  ~CellParser() { csv_free(&parser_); }
  CellParser(const CellParser&) = delete;
  CellParser& operator=(const CellParser&) = delete;

  bool feed(std::string_view bytes) {
    return csv_parse(&parser_, bytes.data(), bytes.size(), on_cell, on_row, this) == bytes.size();
  }
  bool finish() { return csv_fini(&parser_, on_cell, on_row, this) == 0; }

  bool row_ended = false;
  std::vector<std::string> cells;

 private:
  static void on_cell(void* text, std::size_t size, void* self) {
    static_cast<CellParser*>(self)->cells.emplace_back(static_cast<const char*>(text), size);
  }
  static void on_row(int, void* self) { static_cast<CellParser*>(self)->row_ended = true; }

  csv_parser parser_{};
};

bool is_sep_line(std::string_view text) {
  constexpr std::string_view kBegin = "sep=";
  if (text.size() < kBegin.size() + 1) return false;
  for (std::size_t i = 0; i < kBegin.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != kBegin[i]) return false;
  }
  const auto mark = static_cast<unsigned char>(text[kBegin.size()]);
  const bool may_separate = mark == '\t' || (std::ispunct(mark) != 0 && mark != '"');
  return may_separate && (text.size() == kBegin.size() + 1 || text[kBegin.size() + 1] == '\r' ||
                          text[kBegin.size() + 1] == '\n');
}

/// How well a separator cuts the first rows.
struct Fit {
  std::size_t rows = 0, alike = 0, columns = 0, cut = 0;
  bool damaged = false;

  bool is_good() const { return !damaged && columns > 1 && alike * 2 >= rows; }
  bool is_better_than(const Fit& other) const {
    if (is_good() != other.is_good()) return is_good();
    if (!is_good()) return !damaged && (other.damaged || cut > other.cut);
    const auto mine = alike * other.rows, its = other.alike * rows;
    return mine != its ? mine > its : columns > other.columns;
  }
};

Fit fit_of(std::string_view text, char separator) {
  Fit fit;
  std::map<std::size_t, std::size_t> widths;
  const auto read = read_rows(text, {separator, 0}, [&](TextRow& row) -> base::Result<bool> {
    if (row.cells.empty()) return true;
    ++fit.rows;
    fit.cut += row.cells.size() > 1 ? 1 : 0;
    const auto alike = ++widths[row.cells.size()];
    if (alike >= fit.alike) fit.columns = row.cells.size();
    fit.alike = std::max(fit.alike, alike);
    return fit.rows < kSampleRows;
  });
  fit.damaged = !read && read.error().code == Code::invalid_argument;
  return fit;
}

/// Behind a line end.
std::size_t past_line_end(std::string_view text, std::size_t at) {
  return at + (text.substr(at, 2) == "\r\n" ? 2 : 1);
}

std::string_view word_for(char separator) {
  switch (separator) {
    case ';':
      return "semicolons";
    case '\t':
      return "tabs";
    case '|':
      return "vertical bars";
    default:
      return "a mark that its first line names";
  }
}

}  // namespace

Layout find_layout(std::string_view text) {
  if (is_sep_line(text)) return {text[4], text.size() == 5 ? 5 : past_line_end(text, 5)};
  char best = kSeparators.back();
  Fit fit = fit_of(text, best);
  for (auto at = kSeparators.rbegin() + 1; at != kSeparators.rend(); ++at) {
    const auto next = fit_of(text, *at);
    // Among equals the one that sentences hold least.
    if (next.is_better_than(fit) || (next.is_good() && !fit.is_better_than(next))) {
      fit = next;
      best = *at;
    }
  }
  return {best, 0};
}

base::Result<void> read_rows(std::string_view text, const Layout& layout,
                             const std::function<base::Result<bool>(TextRow&)>& take) {
  CellParser parser(layout.separator);
  TextRow row{1, layout.body, layout.body, {}};
  const auto hand_out = [&](std::size_t end, std::size_t next) -> base::Result<bool> {
    row.end = end;
    row.cells = std::move(parser.cells);
    parser.cells.clear();
    parser.row_ended = false;
    if (row.number > kRowsMax || row.cells.size() > kColumnsMax)
      return fail(Code::resource_exhausted,
                  fmt::format("the file has more than {} rows or {} columns", kRowsMax, kColumnsMax));
    TRY_ASSIGN(const bool more, take(row));
    row.begin = next;
    ++row.number;
    return more;
  };
  for (std::size_t at = layout.body; at < text.size();) {
    const auto line_end = std::min(text.find_first_of("\r\n", at), text.size());
    const auto next = line_end == text.size() ? line_end : past_line_end(text, line_end);
    const bool is_empty = at == row.begin && line_end == at;
    // A line end of two characters ends a row with its first, and belongs to a quoted cell with both.
    if (!is_empty && !parser.feed(text.substr(at, std::min(line_end + 1, text.size()) - at)))
      return fail(
          Code::invalid_argument,
          fmt::format("row {}: a quote stands where none may stand; save the file anew from a spreadsheet",
                      row.number));
    if (!is_empty && line_end < text.size() && !parser.row_ended) {
      parser.feed(text.substr(line_end + 1, next - line_end - 1));
    } else if (line_end < text.size()) {
      TRY_ASSIGN(const bool more, hand_out(line_end, next));
      if (!more) return {};
    }
    at = next;
  }
  if (!parser.finish())
    return fail(
        Code::invalid_argument,
        fmt::format("row {}: a quoted cell does not end; save the file anew from a spreadsheet", row.number));
  if (parser.row_ended) TRY(hand_out(text.size(), text.size()));
  return {};
}

std::vector<CellSpan> cut_row(std::string_view row, char separator) {
  std::vector<CellSpan> spans;
  if (row.empty()) return spans;
  CellParser parser(separator);
  std::size_t begin = 0;
  for (std::size_t at = 0; at < row.size(); ++at) {
    parser.feed(row.substr(at, 1));
    if (parser.cells.size() == spans.size()) continue;
    spans.push_back({begin, at});
    begin = at + 1;
  }
  spans.push_back({begin, row.size()});
  return spans;
}

base::Result<Table> read_delimited(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.file_bytes)
    return fail(Code::resource_exhausted, fmt::format("the file is larger than {} bytes", limits.file_bytes));
  TRY(check_is_text(bytes));
  TRY_ASSIGN(const auto decoded, decode(bytes));
  const auto layout = find_layout(decoded.text);
  Budget budget(limits);
  Table table;
  table.form = Form::delimited;
  auto& sheet = table.sheets.emplace_back();
  const auto take = [&](TextRow& row) -> base::Result<bool> {
    TRY(budget.take_row());
    Row out{row.number, false, {}};
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (row.cells[i].empty()) continue;
      TRY(budget.take_cell(row.cells[i]));
      out.cells.push_back({static_cast<std::uint32_t>(i + 1), Kind::text, false, std::move(row.cells[i])});
    }
    if (!out.cells.empty()) sheet.rows.push_back(std::move(out));
    return true;
  };
  TRY(read_rows(decoded.text, layout, take));
  if (decoded.encoding == Encoding::windows_1252)
    table.notes.push_back(
        {About::encoding, 0,
         "The file is no UTF-8 and was read as Windows-1252: look whether its letters are right."});
  if (decoded.encoding == Encoding::utf_16_le || decoded.encoding == Encoding::utf_16_be)
    table.notes.push_back({About::encoding, 0, "The file is UTF-16."});
  if (layout.separator != ',')
    table.notes.push_back(
        {About::separator, 0, fmt::format("Its cells are separated by {}.", word_for(layout.separator))});
  return table;
}

}  // namespace countersign::sheets
