#include "apps/daemon/streaming/batch_size.h"

#include <gtest/gtest.h>

namespace countersign::apps {
namespace {

TEST(BatchSize, HalvesAndGrowsAgain) {
  BatchSize size(500);
  size.halve(500);
  EXPECT_EQ(size.next(), 250u);
  size.halve(1);
  EXPECT_EQ(size.next(), 1u);
  for (const std::size_t next : {2u, 4u, 8u}) {
    size.dealt_with(1);
    EXPECT_EQ(size.next(), next);
  }
  for (int i = 0; i < 20; ++i) size.dealt_with(1);
  EXPECT_EQ(size.next(), 500u);
}

TEST(BatchSize, FindsOneEventInAsManyStepsAsItCanBeHalved) {
  for (std::size_t wrong = 0; wrong < 500; ++wrong) {
    BatchSize size(500);
    std::size_t at = 0, steps = 0;
    ASSERT_FALSE(size.failed_alone(500, "first"));
    for (;; ++steps) {
      ASSERT_LT(steps, 20u) << wrong;
      const auto count = size.next();
      if (wrong >= at + count) {
        size.dealt_with(count);
        at += count;
        continue;
      }
      if (size.failed_alone(count, std::to_string(at))) break;
    }
    EXPECT_EQ(at, wrong);
    EXPECT_TRUE(size.is_searching());
    size.dealt_with(1);
  }
}

TEST(BatchSize, GivesNothingUpThatFailedBesideOthersThatFailed) {
  BatchSize size(8);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(size.failed_alone(1, "a"));
    EXPECT_FALSE(size.failed_alone(1, "a"));
    size.unclear();
  }
  EXPECT_FALSE(size.failed_alone(1, "a"));
  EXPECT_FALSE(size.failed_alone(1, "b")) << "it is another one";
  EXPECT_FALSE(size.failed_alone(1, "b"));
  EXPECT_TRUE(size.failed_alone(1, "b"));
}

}  // namespace
}  // namespace countersign::apps
