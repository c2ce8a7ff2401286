#include "tests/reports/controls/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";

/// So many wrong codes from then on, one each minute, with a code sent anew after every third. The number of
/// the last.
std::uint64_t fail(Tale& tale, std::string_view time, std::string_view who, int times,
                   const Told& more = {}) {
  std::uint64_t last = 0;
  for (int i = 0; i < times; ++i) {
    auto told = more;
    told.challenge = std::string(who) + std::string(time) + std::to_string(i / 3);
    if (i % 3 == 0) tell(tale, after(time, 60 * i - 10), "challenge.sent", who, told);
    last = tell(tale, after(time, 60 * i), "challenge.failed", who, told);
  }
  return last;
}

TEST(LockoutThreshold, FindsAnAttemptWithinHalfAnHourAfterTheTenthFailureInARow) {
  auto tale = begin_tale();
  const auto tenth = fail(tale, kNoon, "ana", 10);
  const auto passed = tell(tale, after(kNoon, 540 + 1'799), "challenge.verified", "ana");
  const auto due = fail(tale, kNoon, "bob", 10);
  tell(tale, after(kNoon, 540 + 1'800), "challenge.verified", "bob");
  const auto result = in_january(tale, "LOCKOUT-THRESHOLD");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(tenth)));
  EXPECT_EQ(result.exceptions[0].records.size(), 11u);
  EXPECT_EQ(result.exceptions[0].records.back(), passed);
  EXPECT_EQ(result.exceptions[0].observed,
            "10 failures in a row, where 10 lock; then challenge.verified 1799 s later, where the lock lasts "
            "1800 s");
  EXPECT_GT(due, tenth);
}

TEST(LockoutThreshold, FindsEveryKindOfAccessWithinTheLock) {
  auto tale = begin_tale();
  std::vector<std::string> expected;
  for (const auto* type : {"challenge.failed", "login.failed", "login.succeeded"}) {
    expected.push_back(item(fail(tale, kNoon, type, 10)));
    tell(tale, after(kNoon, 600), type, type);
  }
  expected.push_back(item(fail(tale, kNoon, "acting", 10)));
  act(tale, after(kNoon, 600), "acting", "profile.view");
  EXPECT_THAT(items(in_january(tale, "LOCKOUT-THRESHOLD")), ::testing::ElementsAreArray(expected));
}

TEST(LockoutThreshold, CountsAnewAfterASuccessAndAfterAReset) {
  auto tale = begin_tale();
  for (const auto* between : {"challenge.verified", "login.succeeded", "factor.reset", "user.provisioned"}) {
    fail(tale, kNoon, between, 9);
    tell(tale, after(kNoon, 530), between, between);
    fail(tale, after(kNoon, 600), between, 9);
  }
  EXPECT_EQ(in_january(tale, "LOCKOUT-THRESHOLD").population, 0u);
}

TEST(LockoutThreshold, LetsWhoseIdentityWasConfirmedTryAgain) {
  auto tale = begin_tale();
  fail(tale, kNoon, "ana", 10);
  tell(tale, after(kNoon, 600), "factor.reset", "ana");
  tell(tale, after(kNoon, 660), "challenge.verified", "ana");
  fail(tale, kNoon, "bob", 10);
  act(tale, after(kNoon, 600), "bob", "unlock account", {.source = "helpdesk"});
  tell(tale, after(kNoon, 660), "challenge.verified", "bob");
  const auto result = in_january(tale, "LOCKOUT-THRESHOLD");
  EXPECT_EQ(result.population, 2u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(LockoutThreshold, PassesOverWhatWasRefusedAndWhatASessionDoesThatWasThere) {
  auto tale = begin_tale();
  tell(tale, after(kNoon, -3'600), "login.succeeded", "ana", {.session = "s1"});
  fail(tale, kNoon, "ana", 10);
  tell(tale, after(kNoon, 600), "challenge.failed", "ana", {.reason = "rate_limit_exceeded"});
  tell(tale, after(kNoon, 601), "login.failed", "ana", {.reason = "Account locked"});
  act(tale, after(kNoon, 602), "ana", "profile.view", {.session = "s1"});
  act(tale, after(kNoon, 603), "ana", "update user", {.source = "okta"});
  const auto result = in_january(tale, "LOCKOUT-THRESHOLD");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(LockoutThreshold, CountsWhatTwoSourcesTellOnce) {
  auto tale = begin_tale();
  for (int i = 0; i < 9; ++i) {
    const auto time = after(kNoon, 60 * i);
    const auto id = "c" + std::to_string(i / 3);
    tell(tale, time, "challenge.failed", "ana", {.challenge = id});
    tell(tale, after(time, 1), "challenge.failed", "",
         {.challenge = id, .source = "twilio", .phone = "+14155550100"});
    tell(tale, after(time, 3), "login.failed", "ana");
  }
  EXPECT_EQ(in_january(tale, "LOCKOUT-THRESHOLD").population, 0u);
  const auto tenth = tell(tale, after(kNoon, 540), "challenge.failed", "ana", {.challenge = "c3"});
  tell(tale, after(kNoon, 541), "challenge.failed", "",
       {.challenge = "c3", .source = "twilio", .phone = "+14155550100"});
  const auto due = in_january(tale, "LOCKOUT-THRESHOLD");
  EXPECT_EQ(due.population, 1u);
  EXPECT_THAT(items(due), IsEmpty());
  tell(tale, after(kNoon, 700), "challenge.verified", "ana", {.challenge = "c4"});
  EXPECT_THAT(items(in_january(tale, "LOCKOUT-THRESHOLD")), ElementsAre(item(tenth)));
}

TEST(LockoutThreshold, LocksAtWhatThePolicyOfTheTimeSaysIfThatIsLower) {
  auto tale = begin_tale();
  tale.policy("2026-01-05T00:00:00Z", "access.lockout.attempts", 10, 5);
  tale.policy("2026-01-20T00:00:00Z", "access.lockout.attempts", 5, 50);
  fail(tale, "2026-01-02T12:00:00Z", "ana", 6);
  const auto fifth = fail(tale, kNoon, "bob", 5);
  tell(tale, after(kNoon, 300), "challenge.verified", "bob");
  const auto tenth = fail(tale, "2026-01-21T12:00:00Z", "carol", 10);
  tell(tale, "2026-01-21T12:10:00Z", "challenge.verified", "carol");
  const auto result = in_january(tale, "LOCKOUT-THRESHOLD");
  ASSERT_THAT(items(result), ElementsAre(item(fifth), item(tenth)));
  EXPECT_EQ(result.population, 2u);
}

TEST(LockoutThreshold, LocksOnceMoreWhenFailuresGoOnAfterTheLock) {
  auto tale = begin_tale();
  fail(tale, kNoon, "ana", 10);
  const auto again = fail(tale, after(kNoon, 4'000), "ana", 10);
  tell(tale, after(kNoon, 4'600), "challenge.failed", "ana");
  const auto result = in_january(tale, "LOCKOUT-THRESHOLD");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(again)));
}

TEST(LockoutThreshold, TakesWhatHappensAtTheSameTimeForASuccessBeforeButNotForAnotherGuess) {
  auto tale = begin_tale();
  fail(tale, kNoon, "ana", 10);
  tell(tale, after(kNoon, 540), "challenge.verified", "ana");
  fail(tale, kNoon, "bob", 9);
  std::uint64_t tenth = 0;
  for (int i = 0; i < 3; ++i) {
    const auto seq = tell(tale, after(kNoon, 540), "challenge.failed", "bob");
    if (i == 0) tenth = seq;
  }
  EXPECT_THAT(items(in_january(tale, "LOCKOUT-THRESHOLD")), ElementsAre(item(tenth)));
}

TEST(FailuresConsecutive, FindsAnAuthenticatorThatFailsMoreThanAHundredTimes) {
  auto tale = begin_tale();
  tell(tale, "2025-11-01T00:00:00Z", "challenge.verified", "ana");
  fail(tale, "2025-11-02T00:00:00Z", "ana", 60);
  fail(tale, "2025-12-02T00:00:00Z", "bob", 60);
  const auto ana = fail(tale, "2026-01-03T00:00:00Z", "ana", 41);
  const auto bob = fail(tale, "2026-01-03T00:00:00Z", "bob", 40);
  const auto result = in_january(tale, "FAILURES-CONSECUTIVE");
  EXPECT_EQ(result.population, 2u);
  ASSERT_EQ(result.exceptions.size(), 1u);
  EXPECT_EQ(result.exceptions[0].records.back(), ana);
  EXPECT_EQ(
      result.exceptions[0].observed,
      "101 failures of sms in a row, with neither a success nor a new binding; at most 100 are allowed");
  EXPECT_GT(bob, ana);
}

TEST(FailuresConsecutive, BeginsAnewWithASuccessOrANewBindingOfThatFactorAlone) {
  auto tale = begin_tale();
  const std::vector<std::pair<const char*, Told>> between{{"challenge.verified", {}},
                                                          {"factor.enrolled", {}},
                                                          {"factor.reset", {.factor = ""}},
                                                          {"challenge.verified", {.factor = "totp"}}};
  for (std::size_t i = 0; i < between.size(); ++i) {
    const auto who = "person-" + std::to_string(i);
    fail(tale, "2026-01-03T00:00:00Z", who, 60);
    tell(tale, "2026-01-04T00:00:00Z", between[i].first, who, between[i].second);
    fail(tale, "2026-01-05T00:00:00Z", who, 60);
  }
  const auto result = in_january(tale, "FAILURES-CONSECUTIVE");
  EXPECT_EQ(result.population, 4u);
  ASSERT_EQ(result.exceptions.size(), 1u);
  EXPECT_THAT(result.exceptions[0].observed, ::testing::StartsWith("120 failures of sms"));
}

TEST(FailuresConsecutive, CountsEachFactorByItselfAndWhatTwoSourcesTellOnce) {
  auto tale = begin_tale();
  fail(tale, "2026-01-03T00:00:00Z", "ana", 60);
  fail(tale, "2026-01-05T00:00:00Z", "ana", 60, {.factor = "totp"});
  for (int i = 0; i < 60; ++i) {
    const auto time = after("2026-01-07T00:00:00Z", 60 * i);
    const auto id = "c" + std::to_string(i);
    tell(tale, time, "challenge.failed", "bob", {.challenge = id});
    tell(tale, after(time, 1), "challenge.failed", "", {.challenge = id, .source = "twilio"});
  }
  const auto result = in_january(tale, "FAILURES-CONSECUTIVE");
  EXPECT_EQ(result.population, 3u);
  EXPECT_THAT(items(result), IsEmpty());
}

}  // namespace
}  // namespace countersign::testing
