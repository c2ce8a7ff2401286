#include "reports/sheets/delimited_write.h"

#include "reports/sheets/delimited.h"
#include "reports/sheets/encoding.h"
#include "reports/sheets/kind_of_file.h"
#include "reports/sheets/read.h"
#include "reports/sheets/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

using RowEdits = std::map<std::uint32_t, const std::string*>;  ///< by column

/// What a spreadsheet takes for a formula, also in full width (U+FF0B, U+FF0D, U+FF1D, U+FF20); the rule of
/// exporters/csv/cell.h.
bool begins_a_formula(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("=+-@\t\r'").find(text.front()) != std::string_view::npos) return true;
  return text.size() >= 3 && text.starts_with("\xEF\xBC") &&
         std::string_view("\x8B\x8D\x9D\xA0").find(text[2]) != std::string_view::npos;
}

/// Also where a text has another separator than the file's: whoever guesses it is to see that it is not one.
std::string spelled(std::string_view text, char separator, bool quote) {
  std::string value(begins_a_formula(text) ? "'" : "");
  value.append(text);
  if (!quote && value.find_first_of("\"\r\n") == std::string::npos &&
      value.find(separator) == std::string::npos && value.find_first_of(kSeparators) == std::string::npos)
    return value;
  std::string out = "\"";
  for (const char c : value) out.append(c == '"' ? "\"\"" : std::string_view(&c, 1));
  return out + "\"";
}

/// A row with its edits. `at_beginning`: of the file, where a cell without quotes could be taken for
/// something else.
std::string edited_row(std::string_view row, char separator, const RowEdits& edits, bool at_beginning) {
  const auto spans = cut_row(row, separator);
  const auto is_quoted = [&](const CellSpan& span) {
    return span.begin < span.end && row[span.begin] == '"';
  };
  const bool all_quoted = !spans.empty() && std::all_of(spans.begin(), spans.end(), is_quoted);
  std::string out;
  const std::size_t columns = std::max<std::size_t>(spans.size(), edits.rbegin()->first);
  for (std::size_t i = 0; i < columns; ++i) {
    if (i > 0) out.push_back(separator);
    const auto edit = edits.find(static_cast<std::uint32_t>(i + 1));
    if (edit != edits.end()) {
      const bool quote = all_quoted || (i < spans.size() && is_quoted(spans[i])) || (at_beginning && i == 0);
      out.append(spelled(*edit->second, separator, quote));
    } else if (i < spans.size()) {
      out.append(row.substr(spans[i].begin, spans[i].end - spans[i].begin));
    }
  }
  return out;
}

/// That of the last line, so that no two characters become one line end.
std::string_view line_end_of(std::string_view text) {
  const auto at = text.find_last_of("\r\n");
  if (at == std::string_view::npos) return "\r\n";
  return text.substr(0, at + 1).ends_with("\r\n") ? text.substr(at - 1, 2) : text.substr(at, 1);
}

/// Rows that are missing at the end, from the row `next` on.
void append_rows(std::string& out, std::uint32_t next, const std::map<std::uint32_t, RowEdits>& edits,
                 const Layout& layout, std::string_view line_end) {
  const bool ends_in_line = out.empty() || out.ends_with('\n') || out.ends_with('\r');
  for (auto number = next; number <= edits.rbegin()->first; ++number) {
    const auto row = edits.find(number);
    if (!ends_in_line) out.append(line_end);
    if (row != edits.end()) out.append(edited_row({}, layout.separator, row->second, out.empty()));
    if (ends_in_line) out.append(line_end);
  }
}

base::Result<void> check_text(const Edit& edit, Encoding encoding) {
  const auto cell = address({}, edit.row, edit.column);
  if (edit.text.find('\0') != std::string::npos)
    return fail(Code::invalid_argument,
                fmt::format("the text for the cell {} holds NUL, which no text file may", cell));
  const auto encoded = encode(edit.text, encoding);
  if (!encoded)
    return fail(Code::invalid_argument,
                fmt::format("the text for the cell {} has a character that the file's encoding has not: save "
                            "the original as CSV in UTF-8",
                            cell));
  return {};
}

}  // namespace

base::Result<std::string> write_delimited(std::string_view original, const std::vector<Edit>& edits,
                                          const Limits& limits) {
  // Reading it all finds what is wrong with it, whichever row that is in.
  TRY(read_delimited(original, limits));
  TRY_ASSIGN(const auto decoded, decode(original));
  const auto layout = find_layout(decoded.text);
  std::map<std::uint32_t, RowEdits> by_row;
  for (const auto& edit : edits) {
    TRY(check_text(edit, decoded.encoding));
    if (edit.row > limits.rows)
      return fail(Code::resource_exhausted,
                  fmt::format("the cell {} lies behind row {}, the last that is read",
                              address({}, edit.row, edit.column), limits.rows));
    by_row[edit.row][edit.column] = &edit.text;
  }
  std::string text;
  std::size_t done = 0;
  std::uint32_t next = 1;
  TRY(read_rows(decoded.text, layout, [&](TextRow& row) -> base::Result<bool> {
    next = row.number + 1;
    const auto found = by_row.find(row.number);
    if (found == by_row.end()) return true;
    text.append(decoded.text, done, row.begin - done);
    const auto changed = edited_row(std::string_view(decoded.text).substr(row.begin, row.end - row.begin),
                                    layout.separator, found->second, row.begin == 0);
    // With nothing between them the line ends of two rows could become one.
    const bool would_join = text.ends_with('\r') && decoded.text.compare(row.end, 1, "\n") == 0;
    text.append(changed.empty() && would_join ? "\"\"" : changed);
    done = row.end;
    return true;
  }));
  text.append(decoded.text, done);
  if (!by_row.empty()) append_rows(text, next, by_row, layout, line_end_of(decoded.text));
  if (find_layout(text) != layout)
    return fail(Code::failed_precondition,
                "with these texts it could no longer be told what separates the file's cells: save the "
                "original as .xlsx");
  TRY_ASSIGN(auto bytes, encode(text, decoded.encoding));
  if (decoded.encoding == Encoding::windows_1252 && is_utf8(bytes) && bytes != text)
    return fail(
        Code::invalid_argument,
        "with these texts the file would be read as UTF-8, and wrongly: save the original as CSV in UTF-8");
  return decoded.mark ? std::string(byte_order_mark(decoded.encoding)) + bytes : std::move(bytes);
}

}  // namespace countersign::sheets
