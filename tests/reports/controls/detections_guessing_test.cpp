#include "tests/reports/controls/moments.h"
#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kMonday = "2026-01-05T09:00:00Z";

std::uint64_t fail(Tale& tale, std::int64_t second, const std::string& who, const char* source = "shop",
                   const char* challenge = "c1") {
  return tale.say(after(kMonday, second), "challenge.failed",
                  {{"actor.id", who}, {"challenge.id", who + challenge}, {"challenge.factor", "sms"}},
                  source);
}

std::uint64_t pass(Tale& tale, std::int64_t second, const std::string& who, const char* source = "shop",
                   const char* challenge = "c1") {
  return tale.say(after(kMonday, second), "challenge.verified",
                  {{"actor.id", who}, {"challenge.id", who + challenge}, {"challenge.factor", "sms"}},
                  source);
}

TEST(CodeGuessing, FindsTheFailureWithWhichTheNumberIsReachedAndNoOther) {
  Tale tale;
  std::uint64_t tenth = 0;
  for (int i = 0; i < 15; ++i) {
    const auto seq = fail(tale, i * 40, "ana", "shop", i < 5 ? "c1" : "c2");
    if (i == 9) tenth = seq;
  }
  const auto result = tale.run("CODE-GUESSING", kFrom, kUntil);
  EXPECT_EQ(result.population, 15u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(tenth)));
  EXPECT_EQ(result.exceptions[0].records.size(), 10u);
  EXPECT_EQ(result.exceptions[0].observed, "10 challenges of one account failed within 360 s");
}

TEST(CodeGuessing, CountsTenWithinExactlyTheWindowAndNotASecondLonger) {
  Tale inside, outside;
  for (int i = 0; i < 10; ++i) fail(inside, i == 9 ? 600 : i * 60, "ana");
  for (int i = 0; i < 10; ++i) fail(outside, i == 9 ? 601 : i * 60, "ana");
  EXPECT_EQ(inside.run("CODE-GUESSING", kFrom, kUntil).exceptions_total, 1u);
  EXPECT_EQ(outside.run("CODE-GUESSING", kFrom, kUntil).exceptions_total, 0u);
}

TEST(CodeGuessing, NotesWhatGoesOnForHoursOnceAndAnewAfterARest) {
  Tale tale;
  // A steady pace at which each failure makes the window full anew.
  for (int i = 0; i < 120; ++i) fail(tale, i * 66, "ana");
  std::uint64_t again = 0;
  for (int i = 0; i < 10; ++i) again = fail(tale, 120 * 66 + 700 + i, "ana");
  EXPECT_THAT(items(tale.run("CODE-GUESSING", kFrom, kUntil)), ElementsAre("9", std::to_string(again)));
}

TEST(CodeGuessing, TakesFailuresThatTwoSourcesTellOfOnce) {
  Tale tale;
  for (int i = 0; i < 9; ++i) {
    fail(tale, i * 30, "ana");
    fail(tale, i * 30 + 1, "ana", "twilio");
  }
  EXPECT_THAT(items(tale.run("CODE-GUESSING", kFrom, kUntil)), IsEmpty());
  const auto tenth = fail(tale, 300, "ana");
  fail(tale, 301, "ana", "twilio");
  EXPECT_THAT(items(tale.run("CODE-GUESSING", kFrom, kUntil)), ElementsAre(std::to_string(tenth)));
}

TEST(CodeGuessing, LeavesMistypedCodesOfSeveralPeopleAlone) {
  Tale tale;
  for (int i = 0; i < 9; ++i) {
    fail(tale, i, "ana");
    fail(tale, i, "bob");
    tale.say(after(kMonday, i), "challenge.failed", {{"challenge.factor", "sms"}});
  }
  const auto result = tale.run("CODE-GUESSING", kFrom, kUntil);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_EQ(result.population, 18u);
}

TEST(CodeGuessing, ToldLateAndAtOneMomentCountsAllTheSame) {
  Tale tale;
  for (int i = 0; i < 10; ++i)
    tale.say(kMonday, "challenge.failed", {{"actor.id", "ana"}}, "shop", "backfill", 86'400);
  EXPECT_THAT(items(tale.run("CODE-GUESSING", kFrom, kUntil)), ElementsAre("9"));
}

/// What guesses at many accounts may have in common.
class CodeSpraying : public ::testing::TestWithParam<const char*> {
 protected:
  std::uint64_t fail_by(std::int64_t second, const std::string& who, const char* value = "x",
                        const char* source = "shop") {
    return tale_.say(after(kMonday, second), "challenge.failed", {{"actor.id", who}, {GetParam(), value}},
                     source);
  }
  reports::ControlResult run() const { return tale_.run("CODE-SPRAYING", kFrom, kUntil); }
  Tale tale_;
};
INSTANTIATE_TEST_SUITE_P(By, CodeSpraying, ::testing::Values("device.ip", "device.fingerprint"),
                         [](const auto& one) { return one.index == 0 ? "Address" : "Device"; });

TEST_P(CodeSpraying, IsFoundWithTheFifthAccountOnce) {
  for (int i = 0; i < 40; ++i) fail_by(i * 100, "user" + std::to_string(i));
  const auto result = run();
  EXPECT_EQ(result.population, 40u);
  ASSERT_THAT(items(result), ElementsAre("4"));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(0u, 1u, 2u, 3u, 4u));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("challenges of 5 accounts failed from one "));
}

TEST_P(CodeSpraying, CountsFiveAccountsWithinExactlyTheWindowAndNotASecondLonger) {
  for (int i = 0; i < 4; ++i) fail_by(i, "user" + std::to_string(i));
  fail_by(601, "user4");
  EXPECT_THAT(items(run()), IsEmpty());
  fail_by(601, "user5");
  EXPECT_THAT(items(run()), ElementsAre("5"));
}

TEST_P(CodeSpraying, LeavesAnOfficeWhereFourPeopleMistypeOftenAlone) {
  for (int i = 0; i < 40; ++i) fail_by(i * 10, "user" + std::to_string(i % 4));
  // The fifth and the sixth come when the first and the second are forgotten.
  fail_by(961, "eve");
  fail_by(971, "frank");
  fail_by(972, "grace", "y");
  EXPECT_THAT(items(run()), IsEmpty());
}

TEST_P(CodeSpraying, TakesAccountsThatTwoSourcesNameDifferentlyOnce) {
  for (int i = 0; i < 4; ++i) {
    fail_by(i, "user" + std::to_string(i));
    fail_by(i, "00u" + std::to_string(i), "x", "okta");
  }
  EXPECT_THAT(items(run()), IsEmpty());
}

TEST_P(CodeSpraying, IsNotHiddenByGuessingAtOneAccountInBetween) {
  std::uint64_t fourth = 0;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 60; ++j) fail_by(i * 100 + j, "ana");
    fourth = fail_by(i * 100 + 70, "user" + std::to_string(i));
    if (i < 3) {
      EXPECT_THAT(items(run()), IsEmpty());
    }
  }
  for (int j = 0; j < 60; ++j) fail_by(400 + j, "ana");
  const auto result = run();
  ASSERT_THAT(items(result), ElementsAre(std::to_string(fourth)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(0u, 60u, 121u, 182u, fourth));
}

TEST(CodeSprayingByBoth, IsOneFindingThatNamesBoth) {
  Tale tale;
  for (int i = 0; i < 5; ++i) {
    tale.say(
        after(kMonday, i), "challenge.failed",
        {{"actor.id", "user" + std::to_string(i)}, {"device.ip", "192.0.2.1"}, {"device.fingerprint", "d1"}});
  }
  const auto result = tale.run("CODE-SPRAYING", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("4"));
  EXPECT_EQ(result.exceptions[0].observed,
            "challenges of 5 accounts failed from one network address and one device within 600 s");
}

TEST(SuccessAfterFailures, FindsThePassThatEndsARowOfFive) {
  Tale tale;
  for (int i = 0; i < 5; ++i) fail(tale, i * 60, "ana", "shop", i < 3 ? "c1" : "c2");
  const auto success = pass(tale, 300, "ana", "shop", "c2");
  pass(tale, 310, "ana", "shop", "c3");
  const auto result = tale.run("SUCCESS-AFTER-FAILURES", kFrom, kUntil);
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(success)));
  EXPECT_EQ(result.exceptions[0].records.size(), 6u);
}

TEST(SuccessAfterFailures, LeavesFourMistypedCodesAndFiveOfTwoSittingsAlone) {
  Tale tale;
  for (int i = 0; i < 4; ++i) fail(tale, i * 10, "ana");
  pass(tale, 50, "ana");
  for (int i = 0; i < 3; ++i) fail(tale, 100 + i, "bob");
  pass(tale, 110, "bob");
  for (int i = 0; i < 4; ++i) fail(tale, 120 + i, "bob");
  pass(tale, 130, "bob");
  // The first is older than the window.
  for (int i = 0; i < 5; ++i) fail(tale, 1'000 + i, "carol");
  pass(tale, 1'901, "carol");
  EXPECT_THAT(items(tale.run("SUCCESS-AFTER-FAILURES", kFrom, kUntil)), IsEmpty());
  for (int i = 0; i < 5; ++i) fail(tale, 3'000 + i, "dave");
  const auto just = pass(tale, 3'900, "dave");
  EXPECT_THAT(items(tale.run("SUCCESS-AFTER-FAILURES", kFrom, kUntil)), ElementsAre(std::to_string(just)));
}

TEST(SuccessAfterFailures, TakesFailuresThatTwoSourcesTellOfOnceAndThePassToo) {
  Tale tale;
  for (int i = 0; i < 4; ++i) {
    fail(tale, i * 10, "ana");
    fail(tale, i * 10 + 1, "ana", "twilio");
  }
  pass(tale, 60, "ana");
  pass(tale, 61, "ana", "twilio");
  EXPECT_THAT(items(tale.run("SUCCESS-AFTER-FAILURES", kFrom, kUntil)), IsEmpty());
  for (int i = 0; i < 5; ++i) {
    fail(tale, 2'000 + i * 10, "ana", "shop", "c2");
    fail(tale, 2'001 + i * 10, "ana", "twilio", "c2");
  }
  const auto success = pass(tale, 2'060, "ana", "shop", "c2");
  pass(tale, 2'061, "ana", "twilio", "c2");
  EXPECT_THAT(items(tale.run("SUCCESS-AFTER-FAILURES", kFrom, kUntil)), ElementsAre(std::to_string(success)));
}

TEST(ReplayAttempt, FindsATryAfterThePassAndAReasonThatSaysSoOnceEach) {
  Tale tale;
  pass(tale, 0, "ana");
  const auto again = fail(tale, 60, "ana");
  fail(tale, 90, "ana");
  const auto told =
      tale.say(after(kMonday, 100), "challenge.failed",
               {{"actor.id", "bob"}, {"challenge.factor", "totp"}, {"outcome.reason", "Code_Already_Used"}});
  const auto result = tale.run("REPLAY-ATTEMPT", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(again), std::to_string(told)));
  EXPECT_EQ(result.exceptions[0].observed, "tried again 60 s after the challenge was passed");
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(0u, again));
  EXPECT_EQ(result.exceptions[1].observed, "refused because it was used before (Code_Already_Used)");
}

TEST(ReplayAttempt, NotesAnewAfterAQuietHour) {
  Tale tale;
  pass(tale, 0, "ana");
  const auto first = fail(tale, 60, "ana");
  fail(tale, 3'660, "ana");
  const auto anew = fail(tale, 7'261, "ana");
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)),
              ElementsAre(std::to_string(first), std::to_string(anew)));
}

TEST(ReplayAttempt, LeavesAFormThatIsSentTwiceMistypedCodesAndClocksThatDifferAlone) {
  Tale tale;
  fail(tale, 0, "ana");
  pass(tale, 5, "ana");
  fail(tale, 15, "ana");                // sent twice
  fail(tale, 40, "ana", "twilio");      // the first failure, by a clock that is behind
  pass(tale, 45, "ana", "twilio");      // and the pass
  fail(tale, 60, "ana", "shop", "c2");  // another challenge
  tale.say(after(kMonday, 70), "challenge.failed", {{"actor.id", "bob"}, {"outcome.reason", "invalid_code"}});
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)), IsEmpty());
  const auto late = fail(tale, 76, "ana");
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)), ElementsAre(std::to_string(late)));
}

TEST(ReplayAttempt, LeavesAFormThatIsSentTwiceAloneThoughTheReasonSaysSoAndDoesNotHideWhatFollows) {
  Tale tale;
  const auto refuse = [&](std::int64_t second) {
    return tale.say(after(kMonday, second), "challenge.failed",
                    {{"actor.id", "ana"}, {"outcome.reason", "already_used"}});
  };
  pass(tale, 0, "ana");
  refuse(10);
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)), IsEmpty());
  const auto later = refuse(11);
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)), ElementsAre(std::to_string(later)));
}

TEST(ReplayAttempt, FollowsAChallengeOfWhichNobodyIsNamedByItself) {
  Tale tale;
  tale.say(kMonday, "challenge.verified", {{"challenge.id", "c"}});
  for (int i = 1; i < 4; ++i) tale.say(after(kMonday, i * 60), "challenge.failed", {{"challenge.id", "c"}});
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)), ElementsAre("1"));
}

TEST(ReplayAttempt, TakesWordsThatTheTenantGives) {
  Tale tale;
  tale.say(kMonday, "challenge.failed", {{"actor.id", "ana"}, {"outcome.reason", "stale_step"}});
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil)), IsEmpty());
  EXPECT_THAT(items(tale.run("REPLAY-ATTEMPT", kFrom, kUntil, {{"reasons", std::string("[\"stale\"]")}})),
              ElementsAre("0"));
}

}  // namespace
}  // namespace countersign::testing
