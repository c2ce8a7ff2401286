#include "reports/sheets/encoding.h"
#include "reports/sheets/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::sheets {
namespace {

using ::testing::HasSubstr;

std::string after(std::string_view bytes, const std::vector<Edit>& edits) {
  const auto written = write_cells(bytes, edits, {});
  return written ? *written
                 : std::string(base::to_string(written.error().code)) + ": " + written.error().message;
}

Edit edit(std::uint32_t row, std::uint32_t column, std::string text) {
  return {"", row, column, std::move(text)};
}

TEST(WriteDelimited, ChangesTheCellsAndNothingElse) {
  EXPECT_EQ(
      after("id,question,answer\r\n1, \"odd\" ,\r\n2,b,old\r\n", {edit(3, 3, "new")}),
      "invalid_argument: row 2: a quote stands where none may stand; save the file anew from a spreadsheet");
  EXPECT_EQ(after("id,question,answer\r\n1,\"a\n\"\"b\"\"\", kept \r\n2,b,old\r\n",
                  {edit(3, 3, "new"), edit(2, 1, "one")}),
            "id,question,answer\r\none,\"a\n\"\"b\"\"\", kept \r\n2,b,new\r\n");
  EXPECT_EQ(after("a,b\n\nc,d", {edit(3, 2, "x,y")}), "a,b\n\nc,\"x,y\"");
  EXPECT_EQ(after("a,b\n", {}), "a,b\n");
  EXPECT_EQ(after("a,b\n", {edit(1, 2, "")}), "a,\n");
}

TEST(WriteDelimited, QuotesWhereItIsNeededAndWhereTheFileDoes) {
  EXPECT_EQ(after("\"a\",\"b\"\n\"c\",\"d\"\n", {edit(2, 2, "x"), edit(2, 3, "y")}),
            "\"a\",\"b\"\n\"c\",\"x\",\"y\"\n");
  EXPECT_EQ(after("a,\"b\"\nc,d\n", {edit(1, 2, "x"), edit(2, 2, "say \"yes\"\nor no")}),
            "a,\"x\"\nc,\"say \"\"yes\"\"\nor no\"\n");
  EXPECT_EQ(after("a;b\nc;d\n", {edit(2, 2, "x;y")}), "a;b\nc;\"x;y\"\n");
  EXPECT_EQ(after("a,b\nc,d\n", {edit(2, 2, "x;y")}), "a,b\nc,\"x;y\"\n")
      << "or the semicolon could be taken for the separator";
}

TEST(WriteDelimited, AddsCellsAndRowsThatAreMissing) {
  EXPECT_EQ(after("a,b\nc\nd,e\n", {edit(2, 3, "x")}), "a,b\nc,,x\nd,e\n");
  EXPECT_EQ(after("a,b\n\nc,d\n", {edit(2, 2, "x")}), "a,b\n,x\nc,d\n");
  EXPECT_EQ(after("a,b\r\n", {edit(3, 2, "x")}), "a,b\r\n\r\n,x\r\n");
  EXPECT_EQ(after("a,b\r\nc,d", {edit(4, 1, "x")}), "a,b\r\nc,d\r\n\r\nx");
  EXPECT_EQ(after("sep=;\r\na;b\r\n", {edit(1, 1, "x"), edit(2, 2, "y")}), "sep=;\r\nx;b\r\n;y\r\n");
}

TEST(WriteDelimited, NeverMakesOneLineEndOfTwo) {
  EXPECT_EQ(after("x\ra\ny\n", {edit(2, 1, "")}), "x\r\"\"\ny\n");
  EXPECT_EQ(after("x\ry\n", {edit(3, 1, "z")}), "x\ry\nz\n");
  EXPECT_EQ(after("x\ny\r", {edit(4, 1, "z")}), "x\ny\r\rz\r");
}

TEST(WriteDelimited, KeepsTextFromBeingTakenForAFormula) {
  for (const auto* text : {"=1+1", "+49", "-1", "@a", "'a", "＝1", "＋1", "－1", "＠1"})
    EXPECT_EQ(after("a,b\n", {edit(1, 2, text)}), "a,'" + std::string(text) + "\n") << text;
  EXPECT_EQ(after("a,b\n", {edit(1, 2, "\ta")}), "a,\"'\ta\"\n");
  EXPECT_EQ(after("a,b\n", {edit(1, 2, "\ra")}), "a,\"'\ra\"\n");
  EXPECT_EQ(after("a,b\n", {edit(1, 2, "1-1 ＝")}), "a,1-1 ＝\n");
}

TEST(WriteDelimited, KeepsTheEncoding) {
  EXPECT_EQ(after("caf\xE9,b\r\n", {edit(1, 2, "€ “é”")}), "caf\xE9,\x80 \x93\xE9\x94\r\n");
  EXPECT_THAT(
      after("caf\xE9,b\r\n", {edit(1, 2, "漢")}),
      HasSubstr(
          "invalid_argument: the text for the cell B1 has a character that the file's encoding has not"));
  EXPECT_EQ(after("\xEF\xBB\xBF"
                  "a,b\n",
                  {edit(1, 1, "é")}),
            "\xEF\xBB\xBF\"é\",b\n");
  for (const auto encoding : {Encoding::utf_16_le, Encoding::utf_16_be}) {
    const auto wide = [&](std::string_view text) {
      return std::string(byte_order_mark(encoding)) + *encode(text, encoding);
    };
    EXPECT_EQ(after(wide("a\tb\r\n\"c\"\t😀\r\n"), {edit(2, 1, "漢😀")}), wide("a\tb\r\n\"漢😀\"\t😀\r\n"));
  }
  EXPECT_THAT(after("\xE9,b\n", {edit(1, 1, "Ã©")}), HasSubstr("would be read as UTF-8, and wrongly"));
}

TEST(WriteDelimited, RefusesEditsThatNameNoCell) {
  EXPECT_THAT(after("a,b\n", {{"Sheet1", 1, 1, "x"}}),
              HasSubstr("not_found: there is no sheet for the cell Sheet1!A1"));
  EXPECT_THAT(after("a,b\n", {edit(1, 1, std::string("a\0b", 3))}), HasSubstr("holds NUL"));
  EXPECT_THAT(after("a,b\n", {edit(1, 0, "x")}), HasSubstr("is no cell"));
  EXPECT_THAT(after("a,b\n", {edit(200'001, 1, "x")}),
              HasSubstr("resource_exhausted: the cell A200001 lies behind row 200000"));
  EXPECT_THAT(after("a,b\n", {edit(1, 1, "x"), edit(1, 1, "y")}), HasSubstr("A1 is to hold two texts"));
}

}  // namespace
}  // namespace countersign::sheets
