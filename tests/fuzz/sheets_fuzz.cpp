// Tables as others send them, and what is written into them. The first byte chooses what the rest is: a file,
// the inside of a worksheet, or delimited text. A file that is read takes a text in any cell, or says why
// not; all other cells stay.

#include "ledger/base/types.h"
#include "reports/sheets/read.h"
#include "reports/sheets/write.h"
#include "tests/fuzz/property.h"
#include "tests/reports/sheets/made_workbook.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

using namespace countersign;

namespace {

const sheets::Limits& limits() {
  static const auto kLimits = [] {
    sheets::Limits out;
    out.file_bytes = 1 << 20;
    out.part_bytes = out.inflated_bytes = 4 << 20;
    out.text_bytes = 4 << 20;
    out.rows = 2'000;
    return out;
  }();
  return kLimits;
}

using Texts = std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, std::string>;

Texts texts_of(const sheets::Table& table) {
  Texts out;
  for (const auto& sheet : table.sheets) {
    std::uint32_t last_row = 0;
    for (const auto& row : sheet.rows) {
      PROPERTY(row.number > last_row && row.number <= sheets::kRowsMax && !row.cells.empty());
      last_row = row.number;
      std::uint32_t last_column = 0;
      for (const auto& cell : row.cells) {
        PROPERTY(cell.column > last_column && cell.column <= sheets::kColumnsMax);
        PROPERTY(!cell.text.empty() || cell.formula);
        last_column = cell.column;
        out[{sheet.name, row.number, cell.column}] = cell.text;
      }
    }
  }
  return out;
}

void check_write(std::string_view bytes, const sheets::Table& table, const sheets::Edit& edit) {
  const auto written = sheets::write_cells(bytes, {edit}, limits());
  PROPERTY(written || !written.error().message.empty());
  if (!written) return;
  const auto again = sheets::read_table(*written, limits());
  PROPERTY(again.has_value());
  auto expected = texts_of(table);
  expected[{edit.sheet, edit.row, edit.column}] = edit.text;
  PROPERTY(texts_of(*again) == expected);
}

void check(std::string_view bytes) {
  const auto table = sheets::read_table(bytes, limits());
  PROPERTY(table || !table.error().message.empty());
  if (!table) return;
  PROPERTY(!table->sheets.empty());
  for (const auto& sheet : table->sheets) {
    check_write(bytes, *table, {sheet.name, 2, 2, "a,b;\"c\"\t<d> _x0041_\n"});
    check_write(bytes, *table, {sheet.name, 1'000, 20, "far"});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(base::text_of({data + 1, size - 1}));
  if (data[0] % 2 == 0) {
    check(text);
  } else {
    sheets::MadeWorkbook made;
    made.sheets[0].inside = text;
    made.shared_strings = "<si><t>shared</t></si>";
    made.styles = "<cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs>";
    check(sheets::workbook_of(made));
  }
  return 0;
}
