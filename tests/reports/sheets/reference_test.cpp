#include "reports/sheets/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::sheets {
namespace {

using ::testing::ElementsAre;

TEST(SheetReference, NamesCells) {
  EXPECT_EQ(column_letters(1), "A");
  EXPECT_EQ(column_letters(26), "Z");
  EXPECT_EQ(column_letters(27), "AA");
  EXPECT_EQ(column_letters(kColumnsMax), "XFD");
  EXPECT_EQ(address("Sheet1", 17, 4), "Sheet1!D17");
  EXPECT_EQ(address("", 17, 4), "D17");
  EXPECT_EQ(address("Part 2", 1, 1), "'Part 2'!A1");
  EXPECT_EQ(address("Ana's", 1, 1), "'Ana''s'!A1");
  EXPECT_EQ(address("2nd", 1, 1), "'2nd'!A1");
}

TEST(SheetReference, ReadsCellsAndRefusesWhatNoSheetHas) {
  EXPECT_EQ(parse_place("D17"), (Place{17, 4}));
  EXPECT_EQ(parse_place("xfd1048576"), (Place{kRowsMax, kColumnsMax}));
  EXPECT_EQ(parse_place("$D$17", true), (Place{17, 4}));
  for (const auto* text : {"", "D", "17", "D0", "D017", "XFE1", "A1048577", "ZZZZ99999999",
                           "A99999999999999999999", "D17 ", "-A1", "A-1", "A1.5", "$A$1", "é1"})
    EXPECT_EQ(parse_place(text), std::nullopt) << text;
}

TEST(SheetReference, ReadsRanges) {
  EXPECT_EQ(parse_range("F20:D17"), (Range{17, 4, 20, 6}));
  EXPECT_EQ(parse_range("B2"), (Range{2, 2, 2, 2}));
  EXPECT_EQ(parse_range("B2:"), std::nullopt);
  EXPECT_EQ(parse_range("B2:C3:D4"), std::nullopt);
  EXPECT_EQ(to_text({17, 4, 20, 6}), "D17:F20");
  EXPECT_EQ(to_text({2, 2, 2, 2}), "B2");
  EXPECT_THAT(*parse_ranges("A1  B2:C3 D:D"),
              ElementsAre(Range{1, 1, 1, 1}, Range{2, 2, 3, 3}, Range{1, 4, kRowsMax, 4}));
  EXPECT_EQ(parse_ranges("A1 x"), std::nullopt);
}

TEST(SheetReference, ReadsReferencesOfFormulas) {
  const auto read = [](std::string_view text) {
    const auto found = parse_reference(text);
    return found ? found->sheet + "|" + to_text(found->range) : "none";
  };
  EXPECT_EQ(read("$A$1:$A$5"), "|A1:A5");
  EXPECT_EQ(read("Lists!$B$2"), "Lists|B2");
  EXPECT_EQ(read("'My ''own'' lists'!A1:A2"), "My 'own' lists|A1:A2");
  EXPECT_EQ(read("Lists!$A:$B"), "Lists|A1:B1048576");
  EXPECT_EQ(read("$3:$2"), "|A2:XFD3");
  for (const auto* text :
       {"", "!", "'a", "'a'A1", "Lists!", "OFFSET(A1,0,0)", "A1:B2,C3", "[1]Lists!#REF!", "A:1"})
    EXPECT_EQ(read(text), "none") << text;
}

/// By looking at each pair.
bool any_overlap(const std::vector<Range>& ranges) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto &a = ranges[i], &b = ranges[j];
      if (a.first_row <= b.last_row && b.first_row <= a.last_row && a.first_column <= b.last_column &&
          b.first_column <= a.last_column)
        return true;
    }
  }
  return false;
}

RC_GTEST_PROP(SheetReference, FindsAnOverlapWhereThereIsOne, ()) {
  const auto number = rc::gen::inRange<std::uint32_t>(1, 12);
  auto ranges = *rc::gen::container<std::vector<Range>>(
      rc::gen::map(rc::gen::tuple(number, number, rc::gen::inRange<std::uint32_t>(0, 3),
                                  rc::gen::inRange<std::uint32_t>(0, 3)),
                   [](const auto& each) {
                     const auto [row, column, height, width] = each;
                     return Range{row, column, row + height, column + width};
                   }));
  const bool expected = any_overlap(ranges);
  RC_ASSERT(sort_and_find_overlap(ranges).has_value() == expected);
}

}  // namespace
}  // namespace countersign::sheets
