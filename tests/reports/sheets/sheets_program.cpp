// Reads a table, or writes into one, for tests in other languages.
//
//   sheets_program read FILE          prints the table as JSON
//   sheets_program count FILE         prints how many rows and cells it has
//   sheets_program write FILE OUT     takes edits from standard input: [{"sheet": "", "row": 1, "column": 1,
//   "text": ""}]
//
// Exit code 1 with the message on standard error where the library refuses.

#include "ledger/base/file.h"
#include "reports/sheets/read.h"
#include "reports/sheets/write.h"

#include <boost/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

using namespace countersign;

namespace {

boost::json::array as_json(const sheets::Range& range) {
  return {range.first_row, range.first_column, range.last_row, range.last_column};
}

boost::json::object as_json(const sheets::Sheet& sheet) {
  constexpr std::string_view kKinds[] = {"text", "number", "date", "boolean", "error"};
  constexpr std::string_view kVisibilities[] = {"visible", "hidden", "veryHidden"};
  boost::json::array cells, merged, choices, hidden;
  for (const auto& row : sheet.rows) {
    for (const auto& cell : row.cells)
      cells.push_back({{"row", row.number},
                       {"column", cell.column},
                       {"kind", kKinds[static_cast<std::size_t>(cell.kind)]},
                       {"formula", cell.formula},
                       {"hidden", row.hidden},
                       {"text", cell.text}});
  }
  for (const auto& range : sheet.merged) merged.push_back(as_json(range));
  for (const auto& columns : sheet.hidden_columns) hidden.push_back({columns.first, columns.last});
  for (const auto& each : sheet.choices) {
    boost::json::array where;
    for (const auto& range : each.where) where.push_back(as_json(range));
    choices.push_back({{"where", where}, {"values", boost::json::value_from(each.values)}});
  }
  return {{"name", sheet.name}, {"visibility", kVisibilities[static_cast<std::size_t>(sheet.visibility)]},
          {"cells", cells},     {"merged", merged},
          {"choices", choices}, {"hidden_columns", hidden}};
}

int refuse(const base::Error& error) {
  std::cerr << base::to_string(error.code) << ": " << error.message << "\n";
  return 1;
}

int read(const std::string& bytes) {
  const auto table = sheets::read_table(bytes, {});
  if (!table) return refuse(table.error());
  boost::json::array sheets, notes;
  for (const auto& sheet : table->sheets) sheets.push_back(as_json(sheet));
  for (const auto& note : table->notes)
    notes.push_back({{"about", sheets::to_string(note.about)}, {"count", note.count}, {"text", note.text}});
  std::cout << boost::json::object{{"sheets", sheets}, {"notes", notes}} << "\n";
  return 0;
}

int count_cells(const std::string& bytes) {
  const auto table = sheets::read_table(bytes, {});
  if (!table) return refuse(table.error());
  std::size_t rows = 0, cells = 0;
  for (const auto& sheet : table->sheets) {
    rows += sheet.rows.size();
    for (const auto& row : sheet.rows) cells += row.cells.size();
  }
  std::cout << rows << " rows, " << cells << " cells\n";
  return 0;
}

int write(const std::string& bytes, const char* out) {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  std::vector<sheets::Edit> edits;
  const auto wanted = boost::json::parse(text);
  for (const auto& each : wanted.as_array()) {
    edits.push_back({std::string(each.at("sheet").as_string()), each.at("row").to_number<std::uint32_t>(),
                     each.at("column").to_number<std::uint32_t>(), std::string(each.at("text").as_string())});
  }
  const auto written = sheets::write_cells(bytes, edits, {});
  if (!written) return refuse(written.error());
  std::ofstream(out, std::ios::binary) << *written;
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view command = count > 2 ? arguments[1] : "";
  const auto bytes = count > 2 ? base::read_file(arguments[2], 1 << 30)
                               : base::fail(base::Code::invalid_argument, "no file");
  if (!bytes) return refuse(bytes.error());
  if (command == "read" && count == 3) return read(*bytes);
  if (command == "count" && count == 3) return count_cells(*bytes);
  if (command == "write" && count == 4) return write(*bytes, arguments[3]);
  std::cerr << "usage: sheets_program read FILE | count FILE | write FILE OUT\n";
  return 2;
}
