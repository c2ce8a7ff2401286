#include "reports/archive/zip.h"
#include "reports/sheets/read.h"
#include "reports/sheets/write.h"
#include "tests/reports/sheets/made_workbook.h"
#include "tests/reports/sheets/sample_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::sheets {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// The XML of the first sheet after edits of it; the refusal where there is one.
std::string sheet_after(const std::string& bytes, const std::vector<Edit>& edits) {
  const auto written = write_cells(bytes, edits, {});
  if (!written) return fmt::format("{}: {}", base::to_string(written.error().code), written.error().message);
  EXPECT_TRUE(read_table(*written, {}).has_value());
  const auto zip = archive::Zip::open(*written, {});
  return *zip->read(*zip->find("xl/worksheets/sheet1.xml"));
}

std::string inside_after(const std::string& inside, const std::vector<Edit>& edits) {
  MadeWorkbook made;
  made.sheets[0].inside = inside;
  made.styles =
      "<cellXfs count=\"9\">" + std::string("<xf/><xf/><xf/><xf/><xf/><xf/><xf/><xf/><xf/>") + "</cellXfs>";
  const auto xml = sheet_after(workbook_of(made), edits);
  const auto begin = xml.find("<sheetData"), all = xml.find("relationships\">");
  if (begin == std::string::npos) return xml;
  return xml.substr(all + 15, xml.size() - all - 15 - std::string_view("</worksheet>").size());
}

/// The rows after edits of the first sheet.
std::string rows_after(std::string_view rows, const std::vector<Edit>& edits) {
  const auto xml = inside_after(fmt::format("<sheetData>{}</sheetData>", rows), edits);
  return xml.starts_with("<sheetData>") ? xml.substr(11, xml.size() - 23) : xml;
}

std::string cell(std::string_view place, std::string_view text, std::string_view style = {}) {
  return fmt::format("<c r=\"{}\"{} t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", place,
                     style.empty() ? "" : fmt::format(" s=\"{}\"", style), text);
}

Edit edit(std::uint32_t row, std::uint32_t column, std::string text) {
  return {"Sheet1", row, column, std::move(text)};
}

TEST(WriteWorkbook, ReplacesACellAndKeepsItsStyleAndAllElse) {
  const std::string before = "<row r=\"2\" hidden=\"1\"><c r=\"A2\" s=\"1\"><v>1</v></c>",
                    after = "<c r='C2'  s='2' ><v>3</v></c></row><!-- kept --><row r=\"3\"/>";
  EXPECT_EQ(rows_after(before + "<c s='4' r='B2' t='s'><v>0</v></c>" + after, {edit(2, 2, "a <b> & \"c\"")}),
            "invalid_argument: xl/worksheets/sheet1.xml: the cell B2 refers to a text that there is not; "
            "open the file in a spreadsheet and save it anew");
  for (const auto* cell_before : {"<c s='4' r='B2' t='b'><v>0</v></c>", "<c r=\"B2\" s=\"4\"/>",
                                  "<c r=\"B2\" s=\"4\" cm=\"1\" t=\"str\"></c>"})
    EXPECT_EQ(rows_after(before + cell_before + after, {edit(2, 2, "a <b> & \"c\"")}),
              before + cell("B2", "a &lt;b&gt; &amp; \"c\"", "4") + after);
}

TEST(WriteWorkbook, PutsInCellsThatAreMissing) {
  const std::string b = "<c r=\"B1\"><v>1</v></c>", d = "<c r=\"D1\"><v>2</v></c>";
  EXPECT_EQ(rows_after("<row r=\"1\">" + b + d + "</row>",
                       {edit(1, 1, "a"), edit(1, 3, "c"), edit(1, 5, "e"), edit(1, 6, "f")}),
            "<row r=\"1\">" + cell("A1", "a") + b + cell("C1", "c") + d + cell("E1", "e") + cell("F1", "f") +
                "</row>");
  EXPECT_EQ(rows_after("<row r=\"7\" hidden=\"1\" />", {edit(7, 2, "x")}),
            "<row r=\"7\" hidden=\"1\" >" + cell("B7", "x") + "</row>");
  EXPECT_EQ(rows_after("<row r=\"7\"></row>", {edit(7, 2, "x")}),
            "<row r=\"7\">" + cell("B7", "x") + "</row>");
  EXPECT_EQ(rows_after("<row><c><v>1</v></c></row>", {edit(1, 2, "x")}),
            "<row><c><v>1</v></c>" + cell("B1", "x") + "</row>");
}

TEST(WriteWorkbook, PutsInRowsThatAreMissing) {
  const std::string three = "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>";
  const auto row = [](int number, const std::string& cells) {
    return fmt::format("<row r=\"{}\">{}</row>", number, cells);
  };
  EXPECT_EQ(rows_after(three, {edit(5, 1, "five"), edit(1, 2, "one"), edit(4, 1, "four"), edit(1, 1, "first"),
                               edit(2, 9, "two")}),
            row(1, cell("A1", "first") + cell("B1", "one")) + row(2, cell("I2", "two")) + three +
                row(4, cell("A4", "four")) + row(5, cell("A5", "five")));
  EXPECT_EQ(inside_after("<sheetData/>", {edit(2, 2, "x")}),
            "<sheetData>" + row(2, cell("B2", "x")) + "</sheetData>");
  EXPECT_EQ(inside_after("<sheetData></sheetData>", {edit(2, 2, "x")}),
            "<sheetData>" + row(2, cell("B2", "x")) + "</sheetData>");
}

TEST(WriteWorkbook, ClearsACellAndMakesNoneToClear) {
  EXPECT_EQ(rows_after("<row r=\"1\"><c r=\"A1\" s=\"3\"><v>1</v></c></row>",
                       {edit(1, 1, ""), edit(1, 2, ""), edit(9, 9, "")}),
            "<row r=\"1\"><c r=\"A1\" s=\"3\"/></row>");
}

TEST(WriteWorkbook, GivesAMissingCellTheStyleOfItsPlace) {
  const std::string above =
      "<row r=\"1\"><c r=\"B1\" s=\"7\"/></row><row r=\"2\"><c r=\"B2\" s=\"5\"/></row>";
  EXPECT_EQ(rows_after(above + "<row r=\"3\" s=\"6\" customFormat=\"1\"/>", {edit(3, 2, "x")}),
            above + "<row r=\"3\" s=\"6\" customFormat=\"1\">" + cell("B3", "x", "5") + "</row>");
  EXPECT_THAT(rows_after("<row r=\"1\"><c r=\"B1\" s=\"7\"/></row><row r=\"3\" s=\"6\" customFormat=\"1\"/>",
                         {edit(3, 2, "x")}),
              HasSubstr(cell("B3", "x", "6")));
  EXPECT_THAT(rows_after("<row r=\"1\"><c r=\"B1\" s=\"7\"/></row><row r=\"3\" s=\"6\"/>", {edit(3, 2, "x")}),
              HasSubstr(cell("B3", "x")))
      << "a heading gives no style";
  const auto of_column = inside_after(
      "<cols><col min=\"1\" max=\"1\" style=\"2\"/><col min=\"2\" max=\"4\" style=\"8\"/></cols><sheetData/>",
      {edit(3, 3, "x"), edit(3, 1, "y"), edit(3, 5, "z")});
  EXPECT_THAT(of_column, AllOf(HasSubstr(cell("C3", "x", "8")), HasSubstr(cell("A3", "y", "2")),
                               HasSubstr(cell("E3", "z"))));
}

TEST(WriteWorkbook, WidensWhatSaysHowFarTheSheetGoes) {
  EXPECT_THAT(inside_after("<dimension ref=\"B2:C3\"/><sheetData/>",
                           {edit(1, 5, "x"), edit(9, 3, "y"), edit(12, 1, "")}),
              HasSubstr("<dimension ref=\"B1:E9\"/>"));
  EXPECT_THAT(inside_after("<dimension  ref = 'A1' /><sheetData/>", {edit(2, 2, "x")}),
              HasSubstr("<dimension  ref = 'A1:B2' />"));
  EXPECT_THAT(inside_after("<dimension ref=\"A1:C3\"/><sheetData/>", {edit(2, 2, "x")}),
              HasSubstr("<dimension ref=\"A1:C3\"/>"));
  EXPECT_THAT(rows_after("<row r=\"1\" spans=\"2:3\"/><row r=\"2\" spans=\"2:3\"/>",
                         {edit(1, 1, "x"), edit(1, 7, "y")}),
              AllOf(HasSubstr("<row r=\"1\" spans=\"1:7\">"), HasSubstr("<row r=\"2\" spans=\"2:3\"/>")));
}

TEST(WriteWorkbook, HasARowMeasuredAnewWhereNobodyChoseItsHeight) {
  const std::string other = "<row r=\"3\" ht=\"30\"><c r=\"A3\"/></row>";
  EXPECT_EQ(
      rows_after(
          "<row r=\"1\" spans=\"1:1\" ht=\"30\" s=\"2\"/><row r=\"2\" ht=\"30\" customHeight=\"1\"/>" + other,
          {edit(1, 1, "x"), edit(2, 1, "y")}),
      "<row r=\"1\" spans=\"1:1\" s=\"2\">" + cell("A1", "x") +
          "</row><row r=\"2\" ht=\"30\" customHeight=\"1\">" + cell("A2", "y") + "</row>" + other);
  EXPECT_EQ(rows_after("<row r=\"1\"\n ht = '30'></row>", {edit(1, 1, "x")}),
            "<row r=\"1\"\n>" + cell("A1", "x") + "</row>");
}

TEST(WriteWorkbook, WritesInTheSheetsOwnPrefix) {
  auto entries = entries_of(MadeWorkbook{});
  const std::string head =
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<x:worksheet "
      "xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><x:sheetData>";
  for (auto& entry : entries) {
    if (entry.name == "xl/worksheets/sheet1.xml")
      entry.content = head + "<x:row r=\"1\"/></x:sheetData></x:worksheet>";
  }
  EXPECT_EQ(sheet_after(zip_of(entries), {edit(1, 1, "é"), edit(2, 1, "b")}),
            head +
                "<x:row r=\"1\"><x:c r=\"A1\" t=\"inlineStr\"><x:is><x:t "
                "xml:space=\"preserve\">é</x:t></x:is></x:c></x:row>"
                "<x:row r=\"2\"><x:c r=\"A2\" t=\"inlineStr\"><x:is><x:t "
                "xml:space=\"preserve\">b</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>");
}

TEST(WriteWorkbook, RefusesCellsWithFormulasAndTheirResults) {
  const std::string rows =
      "<row r=\"1\"><c r=\"A1\"><f>1+1</f><v>2</v></c><c r=\"B1\"><f t=\"shared\" si=\"0\"/><v>2</v></c><c "
      "r=\"C1\"><f t=\"array\" "
      "ref=\"C1:C3\">A1:A3</f><v>1</v></c></row><row r=\"2\"><c r=\"C2\"><v>1</v></c></row>";
  EXPECT_THAT(rows_after(rows, {edit(1, 1, "x")}),
              HasSubstr("failed_precondition: the cell Sheet1!A1 holds a formula"));
  EXPECT_THAT(rows_after(rows, {edit(1, 2, "x")}), HasSubstr("Sheet1!B1 holds a formula"));
  EXPECT_THAT(rows_after(rows, {edit(1, 3, "x")}), HasSubstr("Sheet1!C1 holds a formula"));
  EXPECT_THAT(rows_after(rows, {edit(2, 3, "x")}), HasSubstr("Sheet1!C2 holds a formula"));
  EXPECT_THAT(rows_after(rows, {edit(3, 3, "x")}),
              HasSubstr("Sheet1!C3 holds a result of the array formula of C1:C3"));
  EXPECT_THAT(rows_after(rows, {edit(4, 3, "x")}), HasSubstr(cell("C4", "x")));
}

TEST(WriteWorkbook, AsksForFormulasToBeCalculatedWhereThereAreAny) {
  const std::string formula = "<row r=\"1\"><c r=\"A1\"><f>B1</f></c></row>";
  EXPECT_THAT(inside_after("<sheetData>" + formula + "</sheetData><pageMargins/>", {edit(1, 2, "x")}),
              HasSubstr("</row></sheetData><sheetCalcPr fullCalcOnLoad=\"1\"/><pageMargins/>"));
  EXPECT_THAT(
      inside_after("<sheetData>" + formula + "</sheetData><sheetCalcPr fullCalcOnLoad=\"0\"></sheetCalcPr>",
                   {edit(1, 2, "x")}),
      AllOf(HasSubstr("</sheetData><sheetCalcPr fullCalcOnLoad=\"1\"/>"), Not(HasSubstr("\"0\""))));
  EXPECT_THAT(rows_after("", {edit(1, 2, "x")}), Not(HasSubstr("sheetCalcPr")));
}

TEST(WriteWorkbook, RefusesMergedCellsButTheFirst) {
  const std::string inside = "<sheetData/><mergeCells count=\"1\"><mergeCell ref=\"B2:C3\"/></mergeCells>";
  EXPECT_THAT(inside_after(inside, {edit(2, 2, "x")}), HasSubstr(cell("B2", "x")));
  for (const auto& [row, column, name] : {std::tuple{2u, 3u, "C2"}, {3u, 2u, "B3"}, {3u, 3u, "C3"}})
    EXPECT_THAT(inside_after(inside, {edit(row, column, "x")}),
                HasSubstr(fmt::format(
                    "failed_precondition: the cell Sheet1!{} lies in the merged range B2:C3", name)));
}

TEST(WriteWorkbook, RefusesHeadingsOfTables) {
  const auto bytes = sample("openpyxl.xlsx");
  const auto heading = write_cells(bytes, {{"Register", 1, 2, "x"}}, {});
  ASSERT_FALSE(heading);
  EXPECT_THAT(heading.error().message, HasSubstr("Register!B1 heads or sums up a column of a table"));
  EXPECT_TRUE(write_cells(bytes, {{"Register", 2, 2, "x"}, {"Register", 1, 3, "x"}}, {}));
}

TEST(WriteWorkbook, RefusesEditsThatNameNoCellOrNoText) {
  const auto bytes = workbook_with("");
  EXPECT_THAT(sheet_after(bytes, {{"Gone", 1, 1, "x"}}),
              HasSubstr("not_found: there is no sheet for the cell Gone!A1"));
  EXPECT_THAT(sheet_after(bytes, {edit(0, 1, "x")}),
              HasSubstr("invalid_argument: row 0, column 1 is no cell"));
  EXPECT_THAT(sheet_after(bytes, {edit(kRowsMax + 1, 1, "x")}), HasSubstr("is no cell"));
  EXPECT_THAT(sheet_after(bytes, {edit(1, kColumnsMax + 1, "x")}), HasSubstr("is no cell"));
  EXPECT_THAT(sheet_after(bytes, {edit(1, 1, "\xFF")}), HasSubstr("Sheet1!A1 is no UTF-8"));
  EXPECT_THAT(sheet_after(bytes, {edit(1, 1, std::string(kCellCharactersMax + 1, 'x'))}),
              HasSubstr("more than the 32767 characters"));
  EXPECT_THAT(sheet_after(bytes, {edit(1, 1, "x"), edit(1, 1, "y")}),
              HasSubstr("Sheet1!A1 is to hold two texts"));
  EXPECT_THAT(sheet_after(bytes, {edit(1, 1, "x"), {"SHEET1", 1, 1, "y"}}),
              HasSubstr("SHEET1!A1 is to hold two texts"));
  EXPECT_THAT(sheet_after(bytes, {edit(kRowsMax, kColumnsMax, std::string(kCellCharactersMax, 'x'))}),
              HasSubstr("<c r=\"XFD1048576\""));
}

TEST(WriteWorkbook, RefusesASheetInUtf16AndASignedFile) {
  auto entries = entries_of(MadeWorkbook{});
  for (auto& entry : entries) {
    if (entry.name != "xl/worksheets/sheet1.xml") continue;
    std::string utf16 = "\xFF\xFE";
    for (const char c : entry.content) utf16 += {c, '\0'};
    entry.content = utf16;
  }
  EXPECT_TRUE(read_table(zip_of(entries), {}));
  EXPECT_THAT(sheet_after(zip_of(entries), {edit(1, 1, "x")}),
              HasSubstr("failed_precondition: xl/worksheets/sheet1.xml: the sheet is UTF-16"));
  MadeWorkbook made;
  made.more = {{"_xmlsignatures/origin.sigs", "x"}};
  EXPECT_THAT(sheet_after(workbook_of(made), {edit(1, 1, "x")}),
              HasSubstr("failed_precondition: the file has a digital signature"));
}

TEST(WriteWorkbook, WithoutEditsGivesTheOriginal) {
  for (const auto* name : {"openpyxl.xlsx", "libreoffice.xlsx", "xlsxwriter.xlsx"})
    EXPECT_EQ(write_cells(sample(name), {}, {}), sample(name)) << name;
}

}  // namespace
}  // namespace countersign::sheets
