#include "ledger/tree/text_rules.h"

#include <gtest/gtest.h>

namespace countersign::tree {
namespace {

using namespace std::string_view_literals;

TEST(NoteText, IsShortestFormUtf8WithoutControls) {
  for (const auto good : {""sv, "a\nb\n"sv, "\x7f"sv, "\u00e9\u2014\U0001F511"sv, "\xed\x9f\xbf"sv,
                          "\xee\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv})
    EXPECT_TRUE(is_note_text(good)) << good;
  for (const auto bad :
       {"\0"sv, "\t"sv, "\r\n"sv, "\x1f"sv, "\x80"sv, "\xc0\xaf"sv, "\xc1\xbf"sv, "\xc3"sv, "\xc3\x28"sv,
        "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xe2\x80"sv, "\xf0\x8f\xbf\xbf"sv,
        "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv, "ok\xfe"sv})
    EXPECT_FALSE(is_note_text(bad)) << bad.size();
}

TEST(KeyName, HasNoWhiteSpaceOfUnicodeAndNoPlus) {
  for (const auto good : {"example.com/log"sv, "a"sv, "\u00e9"sv, "\u200b"sv, "_system"sv})
    EXPECT_TRUE(is_key_name(good));
  for (const auto bad :
       {""sv, "a b"sv, "a+b"sv, "a\tb"sv, "a\nb"sv, "\u0085"sv, "\u00a0"sv, "\u1680"sv, "\u2000"sv,
        "\u200a"sv, "\u2028"sv, "\u2029"sv, "\u202f"sv, "\u205f"sv, "\u3000"sv, "\xff"sv})
    EXPECT_FALSE(is_key_name(bad)) << bad;
}

TEST(Decimal, HasOneSpelling) {
  EXPECT_EQ(parse_decimal("0", 9), 0u);
  EXPECT_EQ(parse_decimal("9", 9), 9u);
  EXPECT_EQ(parse_decimal("18446744073709551615", UINT64_MAX), UINT64_MAX);
  for (const auto* bad : {"", "00", "01", "+1", "-1", " 1", "1 ", "1a", "0x1", "10"})
    EXPECT_FALSE(parse_decimal(bad, 9)) << bad;
  EXPECT_FALSE(parse_decimal("18446744073709551616", UINT64_MAX));
  EXPECT_FALSE(parse_decimal("99999999999999999999", UINT64_MAX));
}

TEST(Lines, AreTakenOneByOne) {
  std::string_view text = "a\n\nb";
  EXPECT_EQ(take_line(text), "a");
  EXPECT_EQ(take_line(text), "");
  EXPECT_FALSE(take_line(text));
  EXPECT_EQ(text, "b");
}

}  // namespace
}  // namespace countersign::tree
