#include "reports/sheets/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::sheets {
namespace {

TEST(SheetText, TellsUtf8) {
  for (const auto* text : {"", "a", "é", "漢", "😀", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const auto* text : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xFF"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

TEST(SheetText, CountsCharactersAsExcelDoes) {
  EXPECT_EQ(utf16_length("aé漢"), 3u);
  EXPECT_EQ(utf16_length("😀"), 2u);
}

TEST(SheetText, UndoesEscapes) {
  EXPECT_EQ(without_escapes("a_x000D_b_x0041_"), "a\rbA");
  EXPECT_EQ(without_escapes("_x005F_x000D_"), "_x000D_");
  EXPECT_EQ(without_escapes("_xD83D__xDE00_"), "😀");
  EXPECT_EQ(without_escapes("_xD83D_ _xDE00_"), "_xD83D_ _xDE00_");
  for (const auto* text : {"_x000_", "_X000D_", "_x00G0_", "_x000D", "x000D_", "__", "_"})
    EXPECT_EQ(without_escapes(text), text);
}

TEST(SheetText, EscapesWhatXmlCannotHoldAndWhatLooksLikeAnEscape) {
  const auto escaped = [](std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
  };
  EXPECT_EQ(escaped("<a & \"b\">\t\n"), "&lt;a &amp; \"b\"&gt;\t\n");
  EXPECT_EQ(escaped(std::string_view("\r\x01\0", 3)), "_x000D__x0001__x0000_");
  EXPECT_EQ(escaped("_x000D_"), "_x005F_x000D_");
  EXPECT_EQ(escaped("_x000D \xEF\xBF\xBF"), "_x000D _xFFFF_");
  EXPECT_EQ(escaped("_x000D\r"), "_x005F_x000D_x000D_");
}

RC_GTEST_PROP(SheetText, EscapesComeOffAgain, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "_", "x", "_x", "0041", "_x0041", "D83D", "\r", "\x01", "\n", "é", "\xEF\xBF\xBE", "😀", "a"));
  std::string text, escaped;
  for (const auto& piece : pieces) text += piece;
  append_escaped(escaped, text);
  RC_ASSERT(without_escapes(escaped) == text);
}

}  // namespace
}  // namespace countersign::sheets
