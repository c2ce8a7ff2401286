// What is read after writing is what was read before, with exactly the edits in it.

#include "reports/sheets/read.h"
#include "reports/sheets/write.h"
#include "tests/reports/sheets/made_workbook.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace countersign::sheets {
namespace {

using Texts = std::map<std::pair<std::uint32_t, std::uint32_t>, std::string>;

Texts texts_of(const Sheet& sheet) {
  Texts out;
  for (const auto& row : sheet.rows) {
    for (const auto& cell : row.cells) out[{row.number, cell.column}] = cell.text;
  }
  return out;
}

rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "é", "漢", "😀", " ", "\n", "\r", "\r\n", "\t", "\"", ",", ";", "|", "=", "'", "-", "<", "&",
          "]]>", "_x0041_", "_", "x000D_", "\x01", "\xEF\xBB\xBF")),
      [](const std::vector<std::string>& pieces) { return fmt::format("{}", fmt::join(pieces, "")); });
}

std::vector<Edit> any_edits(const std::string& sheet) {
  const auto places = *rc::gen::unique<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange<std::uint32_t>(1, 12), rc::gen::inRange<std::uint32_t>(1, 8)));
  std::vector<Edit> edits;
  for (const auto& [row, column] : places) edits.push_back({sheet, row, column, *any_text()});
  return edits;
}

/// A sheet with cells in some places, some of which say no number.
std::string any_rows() {
  std::string rows;
  std::uint32_t row = 0;
  const auto gaps = *rc::gen::container<std::vector<std::vector<std::uint32_t>>>(rc::gen::resize(
      5, rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 3))));
  for (const auto& cells : gaps) {
    row += *rc::gen::inRange<std::uint32_t>(1, 3);
    rows += fmt::format("<row r=\"{}\">", row);
    std::uint32_t column = 0;
    for (const auto gap : cells) {
      column += gap + 1;
      const auto name = gap == 0 ? "" : fmt::format(" r=\"{}\"", address({}, row, column));
      rows += *rc::gen::element<std::string>(
          fmt::format("<c{} s=\"1\"/>", name),
          fmt::format("<c{} t=\"str\"><v>{}</v></c>", name, row * 100 + column),
          fmt::format("<c{} t=\"inlineStr\"><is><t>old</t></is></c>", name));
    }
    rows += "</row>";
  }
  return rows;
}

RC_GTEST_PROP(WriteProperties, AWorkbookHasTheEditsAndNothingElse, ()) {
  MadeWorkbook made;
  made.sheets = {{"Sheet1", "<dimension ref=\"A1\"/><sheetData>" + any_rows() + "</sheetData>"},
                 {"Other", "<sheetData>" + any_rows() + "</sheetData>"}};
  const auto original = workbook_of(made);
  const auto before = read_workbook(original, {});
  const auto edits = any_edits("Sheet1");
  const auto written = write_cells(original, edits, {});
  RC_ASSERT(before.has_value());
  RC_ASSERT(written.has_value());
  const auto after = read_workbook(*written, {});
  RC_ASSERT(after.has_value());
  auto expected = texts_of(before->sheets[0]);
  for (const auto& edit : edits) {
    if (edit.text.empty()) {
      expected.erase({edit.row, edit.column});
    } else {
      expected[{edit.row, edit.column}] = edit.text;
    }
  }
  RC_ASSERT(texts_of(after->sheets[0]) == expected);
  RC_ASSERT(after->sheets[1] == before->sheets[1]);
  RC_ASSERT(after->notes == before->notes);
}

/// As a cell of the file has it.
std::string guarded(const std::string& text) {
  return text.empty() || std::string("=+-@\t\r'").find(text[0]) == std::string::npos ? text : "'" + text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

RC_GTEST_PROP(WriteProperties, ADelimitedFileHasTheEditsAndNothingElse, ()) {
  const char separator = *rc::gen::element(',', ';', '\t', '|');
  const auto line_end = *rc::gen::element<std::string>("\n", "\r\n", "\r");
  // The first rows make the separator plain.
  std::string original =
      fmt::format("id{0}question{0}answer{1}1{0}a{0}b{1}2{0}c{0}d{1}3{0}e{0}f{1}", separator, line_end);
  const auto rows = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
      rc::gen::pair(any_text(), any_text()));
  for (const auto& [a, b] : rows) original += quoted(a) + separator + quoted(b) + separator + "x" + line_end;
  const auto before = read_delimited(original, {});
  const auto edits = any_edits("");
  RC_PRE(edits.empty() || edits.size() < 12);
  const auto written = write_cells(original, edits, {});
  RC_ASSERT(before.has_value());
  RC_ASSERT(written.has_value());
  const auto after = read_delimited(*written, {});
  RC_ASSERT(after.has_value());
  auto expected = texts_of(before->sheets[0]);
  for (const auto& edit : edits) {
    if (edit.text.empty()) {
      expected.erase({edit.row, edit.column});
    } else {
      expected[{edit.row, edit.column}] = guarded(edit.text);
    }
  }
  RC_ASSERT(texts_of(after->sheets[0]) == expected);
}

}  // namespace
}  // namespace countersign::sheets
