#include "reports/sheets/read.h"
#include "tests/reports/sheets/made_workbook.h"
#include "tests/reports/sheets/sample_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::sheets {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

std::string refusal(const std::string& bytes, const Limits& limits = {}) {
  const auto table = read_table(bytes, limits);
  return table ? "" : table.error().message;
}

Table read(const std::string& bytes) {
  auto table = read_table(bytes, {});
  EXPECT_TRUE(table) << table.error().message;
  return table ? std::move(*table) : Table{};
}

/// The text at a place of the first sheet; `none` where no cell is.
std::string text_at(const Table& table, std::uint32_t row, std::uint32_t column, std::size_t sheet = 0) {
  const auto* cell = table.sheets.at(sheet).find(row, column);
  return cell == nullptr ? "none" : cell->text;
}

std::uint64_t count_of(const Table& table, About about) {
  for (const auto& note : table.notes) {
    if (note.about == about) return std::max<std::uint64_t>(note.count, 1);
  }
  return 0;
}

TEST(ReadWorkbook, GivesTheQuestionsOfWorkbooksThatOthersWrote) {
  for (const auto* name : {"openpyxl.xlsx", "libreoffice.xlsx"}) {
    SCOPED_TRACE(name);
    const auto table = read(sample(name));
    ASSERT_GE(table.sheets.size(), 5u);
    const auto& sheet = table.sheets[0];
    EXPECT_EQ(sheet.name, "Security questions");
    EXPECT_EQ(text_at(table, 4, 1), "IAM-1");
    EXPECT_EQ(text_at(table, 8, 2), "In which region is our data kept?");
    EXPECT_EQ(text_at(table, 4, 3), "none");
    EXPECT_EQ(text_at(table, 14, 2), "2026-11-28");
    EXPECT_EQ(text_at(table, 14, 3), "2026-11-28T09:30:00");
    EXPECT_EQ(text_at(table, 14, 4), "17:45:00");
    EXPECT_EQ(text_at(table, 15, 1), "TRUE");
    EXPECT_EQ(text_at(table, 15, 2), "0.3");
    EXPECT_EQ(text_at(table, 15, 3), "1234567890123");
    EXPECT_EQ(text_at(table, 15, 4), "#N/A");
    EXPECT_EQ(text_at(table, 16, 1), "  spaces kept  ");
    EXPECT_THAT(text_at(table, 16, 2), HasSubstr("line one\nline two <&> \"quoted\""));
    EXPECT_THAT(text_at(table, 16, 2), HasSubstr("é 漢字 😀"));
    EXPECT_TRUE(sheet.find(4, 5)->formula);
    EXPECT_FALSE(sheet.find(4, 2)->formula);
    EXPECT_THAT(sheet.merged, ElementsAre(Range{1, 1, 1, 5}, Range{10, 3, 12, 4}));
    EXPECT_EQ(sheet.merged_at(11, 4), &sheet.merged[1]);
    EXPECT_EQ(sheet.merged_at(11, 5), nullptr);
    EXPECT_TRUE(sheet.is_hidden_column(7));
    EXPECT_FALSE(sheet.is_hidden_column(6));
    EXPECT_TRUE(sheet.rows.back().hidden);
    EXPECT_THAT(sheet.choices_at(5, 3)->values, ElementsAre("Yes", "No", "N/A"));
    EXPECT_THAT(sheet.choices_at(8, 3)->values, ElementsAre("Yes", "No", "N/A"));
    EXPECT_THAT(sheet.choices_at(6, 3)->values, ElementsAre("Implemented", "Planned", "Not applicable"));
    EXPECT_THAT(sheet.choices_at(7, 3)->values, ElementsAre("eu", "us", "apac"));
    EXPECT_EQ(sheet.choices_at(4, 4), nullptr);
    EXPECT_NE(table.find("LISTS")->visibility, Visibility::visible);
    EXPECT_EQ(table.find("Bank's notes")->visibility, Visibility::hidden);
    EXPECT_EQ(table.find("Register")->visibility, Visibility::visible);
    for (const auto about : {About::formulas, About::hidden_rows, About::choices, About::protected_sheets,
                             About::hidden_sheets, About::comments})
      EXPECT_GT(count_of(table, about), 0u) << to_string(about);
  }
}

TEST(ReadWorkbook, GivesRichTextArraysAndTheCalendarOf1904) {
  const auto table = read(sample("xlsxwriter.xlsx"));
  EXPECT_EQ(text_at(table, 2, 1), "Is MFA required for all users?");
  EXPECT_EQ(text_at(table, 5, 2), "2026-01-31");
  EXPECT_TRUE(table.sheets[0].find(3, 5)->formula) << "a result of the array formula of E1:E3";
  EXPECT_EQ(text_at(table, 1, 6), "Question!");
  EXPECT_THAT(table.sheets[0].choices_at(3, 2)->values, ElementsAre("Yes", "No", "Partly, see comment"));
}

TEST(ReadWorkbook, RefusesOtherFilesByName) {
  EXPECT_THAT(refusal(sample("libreoffice.xls")), HasSubstr(".xls workbook of Excel 97-2003"));
  EXPECT_THAT(refusal(sample("libreoffice.ods")), HasSubstr(".ods"));
  EXPECT_THAT(refusal(sample("libreoffice.xlsm")), HasSubstr("without macros"));
  EXPECT_THAT(refusal(sample("password.xlsx")), HasSubstr("behind a password"));
  EXPECT_THAT(refusal(zip_of({{"a.txt", "a"}})), HasSubstr("no workbook is in it"));
  EXPECT_THAT(refusal(zip_of({{"xl/workbook.bin", "a"}})), HasSubstr(".xlsb"));
  MadeWorkbook made;
  for (const auto& [type, words] :
       {std::pair{"application/vnd.ms-excel.sheet.macroEnabled.main+xml", "without macros"},
        {"application/vnd.ms-excel.sheet.binary.macroEnabled.main", ".xlsb"},
        {"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", ".docx"},
        {"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", ".pptx"}}) {
    made.main_type = type;
    EXPECT_THAT(refusal(workbook_of(made)), HasSubstr(words));
  }
  for (const auto& [bytes, words] : {std::pair{"%PDF-1.7", "PDF"},
                                     {"<?xml version=\"1.0\"?>", "XML"},
                                     {"<html><table>", "HTML"},
                                     {"a,b", "no workbook"},
                                     {"", "empty"}}) {
    const auto table = read_workbook(bytes, {});
    EXPECT_THAT(table.error().message, HasSubstr(words));
  }
}

TEST(ReadWorkbook, RefusesMacrosWhateverTheFileIsCalled) {
  MadeWorkbook made;
  made.more = {{"xl/vbaProject.bin", "x"}};
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("save it as .xlsx without macros"));
  made.more = {{"xl/VBAPROJECT.BIN", "x"}};
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("without macros"));
  made = {};
  made.content_types = "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>";
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("without macros"));
  made = {};
  made.sheets = {{}, {"Macro1", "<sheetData/>", {}, "xlMacrosheet"}};
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("without macros"));
  made = {};
  EXPECT_EQ(refusal(workbook_of(made)), "");
}

TEST(ReadWorkbook, ReadsStrictNamesAndPrefixes) {
  MadeWorkbook made;
  made.strict = true;
  made.shared_strings = "<si><t>shared</t></si>";
  made.sheets[0].inside =
      "<sheetData><row><c t=\"s\"><v>0</v></c><c t=\"d\"><v>2026-11-28</v></c></row></sheetData>";
  const auto table = read(workbook_of(made));
  EXPECT_EQ(text_at(table, 1, 1), "shared");
  EXPECT_EQ(text_at(table, 1, 2), "2026-11-28");
  auto entries = entries_of(MadeWorkbook{});
  for (auto& entry : entries) {
    if (entry.name == "xl/worksheets/sheet1.xml")
      entry.content =
          "<x:worksheet "
          "xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><x:sheetData><x:row "
          "r=\"3\"><x:c r=\"B3\" t=\"str\"><x:v>prefixed</x:v></x:c></x:row></x:sheetData></x:worksheet>";
  }
  EXPECT_EQ(text_at(read(zip_of(entries)), 3, 2), "prefixed");
}

TEST(ReadWorkbook, JoinsRunsAndLeavesPhoneticOnesOut) {
  MadeWorkbook made;
  made.shared_strings =
      "<si><r><rPr><b/></rPr><t>東</t></r><r><t xml:space=\"preserve\"> 京</t></r><rPh sb=\"0\" "
      "eb=\"1\"><t>トウ</t></rPh><phoneticPr fontId=\"1\"/></si>"
      "<si/><si><t>a_x000D_\nb</t></si>";
  made.sheets[0].inside =
      "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
      "t=\"s\"><v>2</v></c>"
      "<c r=\"D1\" t=\"inlineStr\"><is><r><t>in</t></r><rPh sb=\"0\" "
      "eb=\"1\"><t>no</t></rPh><r><t>line</t></r></is></c></row></sheetData>";
  const auto table = read(workbook_of(made));
  EXPECT_EQ(text_at(table, 1, 1), "東 京");
  EXPECT_EQ(text_at(table, 1, 2), "none");
  EXPECT_EQ(text_at(table, 1, 3), "a\r\nb");
  EXPECT_EQ(text_at(table, 1, 4), "inline");
}

TEST(ReadWorkbook, CountsRowsAndCellsThatSayNoNumber) {
  const auto table =
      read(workbook_with("<row/><row r=\"4\"><c t=\"b\"><v>0</v></c><c "
                         "r=\"D4\"><v>4</v></c><c><v>5</v></c></row><row><c><v>6</v></c></row>"));
  EXPECT_EQ(text_at(table, 4, 1), "FALSE");
  EXPECT_EQ(text_at(table, 4, 4), "4");
  EXPECT_EQ(text_at(table, 4, 5), "5");
  EXPECT_EQ(text_at(table, 5, 1), "6");
}

TEST(ReadWorkbook, RefusesCellsThatNoSheetHasOrThatAreOutOfOrder) {
  const auto of = [](std::string_view rows) { return refusal(workbook_with(rows)); };
  EXPECT_THAT(of("<row r=\"1\"><c r=\"ZZZZ99999999\"/></row>"), HasSubstr("no cell of that row"));
  EXPECT_THAT(of("<row r=\"1\"><c r=\"A2\"/></row>"), HasSubstr("no cell of that row"));
  EXPECT_THAT(of("<row r=\"1048577\"/>"), HasSubstr("no number that a sheet can have"));
  EXPECT_THAT(of("<row r=\"0\"/>"), HasSubstr("no number"));
  EXPECT_THAT(of("<row r=\"x\"/>"), HasSubstr("no number"));
  EXPECT_THAT(of("<row r=\"2\"/><row r=\"2\"/>"), HasSubstr("row 2 stands behind row 2"));
  EXPECT_THAT(of("<row r=\"1048576\"/><row/>"), HasSubstr("no number"));
  EXPECT_THAT(of("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>"), HasSubstr("out of order"));
  EXPECT_THAT(of("<row r=\"1\"><c r=\"XFD1\"/><c/></row>"), HasSubstr("out of order"));
  EXPECT_THAT(of("<row r=\"1\"><c r=\"B1\" t=\"s\"><v>7</v></c></row>"),
              HasSubstr("the cell B1 refers to a text that there is not"));
  EXPECT_THAT(of("<row r=\"1\"><c t=\"s\"><v>-1</v></c></row>"),
              HasSubstr("refers to a text that there is not"));
}

TEST(ReadWorkbook, RefusesMergedRangesThatOverlap) {
  MadeWorkbook made;
  made.sheets[0].inside =
      "<sheetData/><mergeCells><mergeCell ref=\"A1:B2\"/><mergeCell ref=\"C1:C2\"/></mergeCells>";
  EXPECT_EQ(refusal(workbook_of(made)), "");
  made.sheets[0].inside =
      "<sheetData/><mergeCells><mergeCell ref=\"A1:B2\"/><mergeCell ref=\"B2:C3\"/></mergeCells>";
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("B2:C3 overlaps another"));
  made.sheets[0].inside = "<sheetData/><mergeCells><mergeCell ref=\"A1:ZZZZ1\"/></mergeCells>";
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("a merged range is none"));
}

TEST(ReadWorkbook, FindsChoicesOfLaterKindsAndOfNames) {
  MadeWorkbook made;
  const std::string list =
      "<row r=\"1\"><c t=\"str\"><v>Yes</v></c><c t=\"str\"><v>eu</v></c></row><row r=\"3\"><c "
      "t=\"str\"><v>No</v></c></row>";
  made.sheets = {
      {"Form",
       "<sheetData/><dataValidations>"
       "<dataValidation type=\"list\" sqref=\"A1\"><formula1>\" Yes "
       ",\"\"No\"\",,Maybe\"</formula1></dataValidation>"
       "<dataValidation type=\"list\" sqref=\"A2\"><formula1>Local</formula1></dataValidation>"
       "<dataValidation type=\"list\" sqref=\"A3\"><formula1>Lists!$A:$A</formula1></dataValidation>"
       "<dataValidation type=\"list\" sqref=\"A4\"><formula1>OFFSET(A1,0,0)</formula1></dataValidation>"
       "<dataValidation type=\"list\" sqref=\"A5\"><formula1>Gone!A1</formula1></dataValidation>"
       "<dataValidation type=\"whole\" sqref=\"A6\"><formula1>1</formula1></dataValidation></dataValidations>"
       "<extLst><ext "
       "xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\"><x14:dataValidations "
       "xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><x14:dataValidation "
       "type=\"list\"><x14:formula1><xm:f>'Lists'!$A$1:$A$9</xm:f>"
       "</x14:formula1><xm:sqref>B1:B3 "
       "B9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"},
      {"Lists", "<sheetData>" + list + "</sheetData>"}};
  made.workbook =
      "<definedNames><definedName name=\"local\">Lists!$A$1</definedName><definedName name=\"Local\" "
      "localSheetId=\"0\">Lists!$B$1</definedName>"
      "<definedName name=\"Local\" localSheetId=\"1\">Lists!$A$3</definedName></definedNames>";
  const auto table = read(workbook_of(made));
  const auto& sheet = table.sheets[0];
  EXPECT_THAT(sheet.choices_at(1, 1)->values, ElementsAre("Yes", "\"No\"", "Maybe"));
  EXPECT_THAT(sheet.choices_at(2, 1)->values, ElementsAre("eu"));
  EXPECT_THAT(sheet.choices_at(3, 1)->values, ElementsAre("Yes", "No"));
  EXPECT_EQ(sheet.choices_at(4, 1), nullptr);
  EXPECT_EQ(sheet.choices_at(6, 1), nullptr);
  EXPECT_THAT(sheet.choices_at(9, 2)->values, ElementsAre("Yes", "No"));
  EXPECT_EQ(sheet.choices_at(4, 2), nullptr);
  EXPECT_EQ(count_of(table, About::choices), 2u);
}

TEST(ReadWorkbook, NotesWhatWasNotFollowedOrOpened) {
  MadeWorkbook made;
  made.sheets = {{}, {"Chart", "", {}, "chartsheet"}};
  made.more = {{"xl/externalLinks/externalLink1.xml", "<a/>"},
               {"xl/externalLinks/_rels/externalLink1.xml.rels", "<a/>"},
               {"xl/connections.xml", "<a/>"},
               {"xl/embeddings/oleObject1.bin", "x"},
               {"xl/comments1.xml", "<a/>"},
               {"_xmlsignatures/sig1.xml", "<a/>"}};
  const auto table = read(workbook_of(made));
  EXPECT_EQ(table.sheets.size(), 1u);
  for (const auto about : {About::external_links, About::connections, About::embedded, About::comments,
                           About::signature, About::other_sheets})
    EXPECT_EQ(count_of(table, about), 1u) << to_string(about);
  EXPECT_THAT(read(workbook_of({})).notes, ElementsAre());
}

TEST(ReadWorkbook, ReadsNoEntityNoDocumentTypeAndNoDamagedXml) {
  auto entries = entries_of(MadeWorkbook{});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto changed = entries;
    changed[i].content.insert(0, "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>");
    EXPECT_THAT(refusal(zip_of(changed)), HasSubstr("declares a document type")) << entries[i].name;
    changed = entries;
    changed[i].content.resize(changed[i].content.size() - 1);
    EXPECT_THAT(refusal(zip_of(changed)), HasSubstr("XML is damaged")) << entries[i].name;
  }
}

TEST(ReadWorkbook, RefusesAWorkbookWhoseSheetsAreNone) {
  MadeWorkbook made;
  made.sheets = {{"One"}, {"one"}};
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("no name of its own"));
  made.sheets = {};
  EXPECT_THAT(refusal(workbook_of(made)), HasSubstr("no sheet with cells"));
  for (const auto* gone : {"xl/workbook.xml", "_rels/.rels", "xl/worksheets/sheet1.xml"}) {
    auto entries = entries_of(MadeWorkbook{});
    std::erase_if(entries, [&](const MadeEntry& each) { return each.name == gone; });
    EXPECT_NE(refusal(zip_of(entries)), "") << gone;
  }
  auto entries = entries_of(MadeWorkbook{});
  for (auto& entry : entries) {
    const auto at = entry.content.find("worksheets/sheet1.xml");
    if (at != std::string::npos) entry.content.replace(at, 21, "../../../etc/passwd");
  }
  EXPECT_THAT(refusal(zip_of(entries)), HasSubstr("no part"));
}

TEST(ReadWorkbook, KeepsItsLimits) {
  MadeWorkbook made;
  made.shared_strings = "<si><t>" + std::string(1'000, 'x') + "</t></si>";
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>";
  made.sheets[0].inside =
      "<sheetData>" + rows +
      "</sheetData><mergeCells><mergeCell ref=\"A1:A2\"/><mergeCell ref=\"A3:A4\"/></mergeCells>";
  const auto bytes = workbook_of(made);
  Limits limits;
  limits.rows = 100;
  limits.cells = 200;
  limits.text_bytes = 200'000;
  limits.ranges = 2;
  limits.sheets = 1;
  EXPECT_EQ(refusal(bytes, limits), "");
  for (const auto& [change, words] :
       {std::pair<void (*)(Limits&), const char*>{[](Limits& l) { --l.rows; }, "more than 99 rows"},
        {[](Limits& l) { --l.cells; }, "more than 199 cells"},
        {[](Limits& l) { --l.text_bytes; }, "more than 199999 bytes of text"},
        {[](Limits& l) { --l.ranges; }, "more than 1 merged ranges"},
        {[](Limits& l) { --l.sheets; }, "more than 0 sheets"}}) {
    auto less = limits;
    change(less);
    const auto table = read_table(bytes, less);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, base::Code::resource_exhausted);
    EXPECT_THAT(table.error().message, HasSubstr(words));
  }
}

TEST(ReadWorkbook, RefusesCellsOfMoreCharactersThanExcelTakes) {
  const auto cell = [](const std::string& text) {
    return workbook_with("<row><c t=\"inlineStr\"><is><t>" + text + "</t></is></c></row>");
  };
  EXPECT_EQ(refusal(cell(std::string(kCellCharactersMax, 'x'))), "");
  EXPECT_THAT(refusal(cell(std::string(kCellCharactersMax + 1, 'x'))),
              HasSubstr("more than 32767 characters"));
  std::string faces;
  for (std::size_t i = 0; i < kCellCharactersMax / 2; ++i) faces += "😀";
  EXPECT_EQ(refusal(cell(faces)), "");
  EXPECT_THAT(refusal(cell(faces + "😀")), HasSubstr("more than 32767 characters"));
  EXPECT_NE(refusal(cell(std::string(900'000, 'x'))), "");
}

}  // namespace
}  // namespace countersign::sheets
