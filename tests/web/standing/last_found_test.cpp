#include "web/standing/last_found.h"

#include <gtest/gtest.h>

#include <vector>

namespace countersign::standing {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000'000, kHour = 3'600'000'000;

Run run_at(std::int64_t time, std::map<std::string, Run::Control, std::less<>> controls) {
  Run out;
  out.time = {time};
  out.from = {time - 720 * kHour};
  out.until = {time};
  out.controls = std::move(controls);
  return out;
}

TEST(LastFound, IsByTheNewestTestOfEachControl) {
  const std::vector<standing::Run> runs{
      run_at(kNow - 2 * kHour, {{"A", {"passing", 5, 0}}, {"B", {"passing", 7, 0}}}),
      run_at(kNow - kHour, {{"A", {"failing", 6, 1}}}), run_at(kNow - 3 * kHour, {{"A", {"passing", 4, 0}}})};
  const auto found = last_found(runs, {kNow});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at("A").control.state, "failing");
  EXPECT_EQ(found.at("A").control.exceptions, 1u);
  EXPECT_EQ(found.at("A").tested.micros, kNow - kHour);
  EXPECT_EQ(found.at("A").until.micros, kNow - kHour);
  EXPECT_EQ(found.at("B").tested.micros, kNow - 2 * kHour);
  EXPECT_EQ(found.at("B").from.micros, kNow - 722 * kHour);
}

TEST(LastFound, IsForgottenAfterEightDays) {
  const auto is_told = [](std::int64_t time) {
    const std::vector<standing::Run> runs{run_at(time, {{"A", {"passing", 5, 0}}})};
    return last_found(runs, {kNow}).contains("A");
  };
  EXPECT_TRUE(is_told(kNow - 192 * kHour));
  EXPECT_FALSE(is_told(kNow - 192 * kHour - 1));
  EXPECT_TRUE(is_told(kNow + 24 * kHour)) << "a clock that was set back";
  EXPECT_FALSE(is_told(kNow + 24 * kHour + 1));
  EXPECT_TRUE(last_found({}, {kNow}).empty());
}

TEST(LastFound, HasAWordForEachState) {
  EXPECT_EQ(word_of("passing"), "passed");
  EXPECT_EQ(word_of("failing"), "failed");
  EXPECT_EQ(word_of("nothing_to_test"), "nothing");
}

}  // namespace
}  // namespace countersign::standing
