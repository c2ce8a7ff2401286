#include "ledger/base/utf8.h"

#include <gtest/gtest.h>

namespace countersign::base {
namespace {

TEST(Cut, EndsWhereACharacterEnds) {
  EXPECT_EQ(cut("Zürich", 2), "Z");
  EXPECT_EQ(cut("Zürich", 3), "Zü");
  EXPECT_EQ(cut("Zürich", 7), "Zürich");
  EXPECT_EQ(cut("Zürich", 100), "Zürich");
  EXPECT_EQ(cut("\u2028", 2), "") << "not even one fits";
  EXPECT_EQ(cut("", 0), "");
  EXPECT_EQ(cut("a", 0), "");
}

}  // namespace
}  // namespace countersign::base
