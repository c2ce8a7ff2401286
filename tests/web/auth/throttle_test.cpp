#include "web/auth/throttle.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::auth {
namespace {

base::Timestamp at(std::int64_t seconds) { return {seconds * 1'000'000}; }

TEST(Throttle, LetsAFewTriesGoAndThenDoublesTheWait) {
  Throttle throttle({3, 1, 8, 3'600});
  std::int64_t now = 1'000;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.begin("ana", at(now)), 0) << i;
  for (const std::int64_t wait : {1, 2, 4, 8, 8, 8}) {
    EXPECT_EQ(throttle.begin("ana", at(now)), wait);
    EXPECT_EQ(throttle.begin("ana", at(now)), wait) << "asking does not make it longer";
    if (wait > 1) {
      EXPECT_EQ(throttle.begin("ana", at(now + wait - 1)), 1);
    }
    now += wait;
    EXPECT_EQ(throttle.begin("ana", at(now)), 0);
  }
}

TEST(Throttle, KeepsKeysApartAndForgetsAfterASuccess) {
  Throttle throttle({2, 10, 100, 3'600});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(throttle.begin("ana", at(1)), 0);
  EXPECT_EQ(throttle.begin("ana", at(1)), 10);
  EXPECT_EQ(throttle.begin("bob", at(1)), 0);
  throttle.succeeded("ana");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(throttle.begin("ana", at(1)), 0);
  EXPECT_EQ(throttle.begin("ana", at(1)), 10);
}

TEST(Throttle, ForgetsWithTime) {
  Throttle throttle({1, 60, 900, 3'600});
  EXPECT_EQ(throttle.begin("ana", at(0)), 0);
  EXPECT_EQ(throttle.begin("ana", at(10)), 50);
  EXPECT_EQ(throttle.begin("ana", at(3'600)), 0);
  EXPECT_EQ(throttle.begin("ana", at(3'600)), 60);
}

TEST(Throttle, DoesNotWaitForeverForAClockThatWasSetBack) {
  Throttle throttle({1, 60, 900, 3'600});
  EXPECT_EQ(throttle.begin("ana", at(1'000'000)), 0);
  EXPECT_EQ(throttle.begin("ana", at(10)), 60);
}

TEST(Throttle, TakesOneTryBackAndNoMore) {
  Throttle throttle({2, 10, 100, 3'600});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(throttle.begin("ana", at(1)), 0);
    throttle.take_back("ana");
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(throttle.begin("ana", at(1)), 0);
  EXPECT_EQ(throttle.begin("ana", at(1)), 10);
  throttle.take_back("nobody");
}

TEST(Throttle, ForgetsNobodyWhoFailedOftenForManyWhoFailedOnce) {
  Throttle throttle({2, 600, 900, 1'000'000});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(throttle.begin("ana", at(0)), 0);
  for (std::size_t i = 0; i < 2 * Throttle::kKeysMax; ++i)
    ASSERT_EQ(throttle.begin("key" + std::to_string(i), at(1 + static_cast<std::int64_t>(i / 10'000))), 0);
  EXPECT_GT(throttle.begin("ana", at(20)), 0);
}

TEST(Throttle, KeepsTheNewestOfManyKeys) {
  Throttle throttle({1, 60, 900, 1'000'000});
  for (std::size_t i = 0; i < Throttle::kKeysMax; ++i)
    ASSERT_EQ(throttle.begin("key" + std::to_string(i), at(static_cast<std::int64_t>(i / 1'000))), 0);
  EXPECT_EQ(throttle.begin("one more", at(66)), 0);
  EXPECT_EQ(throttle.begin("key0", at(66)), 0) << "was forgotten";
  EXPECT_GT(throttle.begin("key65000", at(66)), 0) << "is still known";
}

}  // namespace
}  // namespace countersign::auth
