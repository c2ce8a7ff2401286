#include "tests/reports/controls/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";
constexpr std::string_view kPhone = "+14155550100";

Told by_provider(std::string_view challenge) {
  return {.challenge = std::string(challenge), .source = "twilio", .phone = kPhone};
}

TEST(OtpLifetime, FindsACodeThatWasPassedMoreThanTenMinutesAfterTheLastSend) {
  auto tale = begin_tale();
  const auto sent = tell(tale, kNoon, "challenge.sent", "ana", {.challenge = "c1"});
  const auto passed = tale.say("2026-01-10T12:10:00.000001Z", "challenge.verified",
                               {{"actor.id", "ana"}, {"challenge.id", "c1"}, {"challenge.factor", "sms"}});
  tell(tale, kNoon, "challenge.sent", "bob", {.challenge = "c2"});
  tell(tale, after(kNoon, 600), "challenge.verified", "bob", {.challenge = "c2"});
  const auto result = in_january(tale, "OTP-LIFETIME");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(sent)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(sent, passed));
  EXPECT_EQ(result.exceptions[0].observed,
            "passed 600 s after the sms was last sent; a code is good for 600 s at most");
}

TEST(OtpLifetime, CountsFromWhatWasSentAnewBeforeThePassAndNotAfterIt) {
  auto tale = begin_tale();
  tell(tale, kNoon, "challenge.sent", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 300), "challenge.sent", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 302), "challenge.sent", "", by_provider("c1"));
  tell(tale, after(kNoon, 850), "challenge.verified", "ana", {.challenge = "c1"});
  EXPECT_THAT(items(in_january(tale, "OTP-LIFETIME")), IsEmpty());
  const auto old = tell(tale, kNoon, "challenge.sent", "bob", {.challenge = "c2"});
  tell(tale, after(kNoon, 850), "challenge.verified", "bob", {.challenge = "c2"});
  tell(tale, after(kNoon, 851), "challenge.sent", "bob", {.challenge = "c2"});
  EXPECT_THAT(items(in_january(tale, "OTP-LIFETIME")), ElementsAre(item(old)));
}

TEST(OtpLifetime, FindsACodeThatWasPassedAfterItsOwnExpiry) {
  auto tale = begin_tale();
  const auto expired = tale.say(kNoon, "challenge.sent",
                                {{"actor.id", "ana"},
                                 {"challenge.id", "c1"},
                                 {"challenge.factor", "email"},
                                 {"challenge.expires_at", "2026-01-10T12:05:00.500Z"}});
  tell(tale, after(kNoon, 301), "challenge.verified", "ana", {.challenge = "c1", .factor = "email"});
  tale.say(kNoon, "challenge.sent",
           {{"actor.id", "bob"},
            {"challenge.id", "c2"},
            {"challenge.factor", "email"},
            {"challenge.expires_at", "2026-01-10T12:05:00.500Z"}});
  tale.say("2026-01-10T12:05:00.400Z", "challenge.verified",
           {{"actor.id", "bob"}, {"challenge.id", "c2"}, {"challenge.factor", "email"}});
  const auto result = in_january(tale, "OTP-LIFETIME");
  ASSERT_THAT(items(result), ElementsAre(item(expired)));
  EXPECT_EQ(result.exceptions[0].observed, "passed 1 s after its own expiry");
}

TEST(OtpLifetime, LeavesOutWhatIsNotSentAndWhatFellBackToIt) {
  auto tale = begin_tale();
  tell(tale, kNoon, "challenge.sent", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 5'000), "challenge.verified", "ana", {.challenge = "c1", .factor = "totp"});
  tell(tale, kNoon, "challenge.sent", "bob", {.challenge = "c2", .factor = "passkey"});
  tell(tale, after(kNoon, 5'000), "challenge.verified", "bob", {.challenge = "c2", .factor = "passkey"});
  tell(tale, kNoon, "challenge.verified", "carol", {.challenge = "c3"});
  EXPECT_EQ(in_january(tale, "OTP-LIFETIME").population, 0u);
}

TEST(OtpSingleUse, FindsAChallengeThatOneSourceTellsTwiceThatItWasPassed) {
  auto tale = begin_tale();
  const auto first = tell(tale, kNoon, "challenge.verified", "ana", {.challenge = "c1", .factor = "totp"});
  const auto second =
      tell(tale, after(kNoon, 20), "challenge.verified", "ana", {.challenge = "c1", .factor = "totp"});
  tell(tale, kNoon, "challenge.verified", "bob", {.challenge = "c2"});
  tell(tale, after(kNoon, 2), "challenge.verified", "", by_provider("c2"));
  const auto result = in_january(tale, "OTP-SINGLE-USE");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(first)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(first, second));
  EXPECT_EQ(result.exceptions[0].observed, "passed 2 times");
}

TEST(OtpSingleUse, FindsAPassAfterTheChallengeWasOver) {
  auto tale = begin_tale();
  const auto cancelled = tell(tale, kNoon, "challenge.cancelled", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 1), "challenge.verified", "ana", {.challenge = "c1"});
  const auto expired = tell(tale, kNoon, "challenge.expired", "", by_provider("c2"));
  tell(tale, after(kNoon, 6), "challenge.verified", "bob", {.challenge = "c2"});
  const auto result = in_january(tale, "OTP-SINGLE-USE");
  ASSERT_THAT(items(result), ElementsAre(item(cancelled), item(expired)));
  EXPECT_EQ(result.exceptions[0].observed, "passed after it was cancelled");
  EXPECT_EQ(result.exceptions[1].observed, "passed after it had expired");
}

TEST(OtpSingleUse, LetsACodeBeSentAnewAfterExpiryAndClocksDiffer) {
  auto tale = begin_tale();
  tell(tale, kNoon, "challenge.expired", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 5), "challenge.sent", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 20), "challenge.verified", "ana", {.challenge = "c1"});
  tell(tale, kNoon, "challenge.expired", "", by_provider("c2"));
  tell(tale, after(kNoon, 5), "challenge.verified", "bob", {.challenge = "c2"});
  tell(tale, kNoon, "challenge.verified", "carol", {.challenge = "c3"});
  tell(tale, kNoon, "challenge.cancelled", "carol", {.challenge = "c3"});
  tell(tale, after(kNoon, 60), "challenge.expired", "", by_provider("c3"));
  const auto result = in_january(tale, "OTP-SINGLE-USE");
  EXPECT_EQ(result.population, 3u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(OtpAttempts, FindsAChallengeThatWasFailedMoreThanFiveTimes) {
  auto tale = begin_tale();
  for (int i = 0; i < 6; ++i) {
    if (i == 3) tell(tale, after(kNoon, 10 * i - 5), "challenge.sent", "ana", {.challenge = "c1"});
    tell(tale, after(kNoon, 10 * i), "challenge.failed", "ana", {.challenge = "c1"});
    if (i < 5) tell(tale, after(kNoon, 10 * i), "challenge.failed", "bob", {.challenge = "c2"});
    if (i < 5) tell(tale, after(kNoon, 10 * i + 1), "challenge.failed", "", by_provider("c2"));
  }
  tell(tale, after(kNoon, 60), "challenge.verified", "bob", {.challenge = "c2"});
  const auto result = in_january(tale, "OTP-ATTEMPTS");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre("1"));
  EXPECT_EQ(result.exceptions[0].observed, "6 failed attempts; at most 5 are allowed");
}

TEST(OtpAttempts, ReadsTheNumbersOfAttemptsButNotOfSends) {
  auto tale = begin_tale();
  const auto tried = [&](std::string_view type, const char* id, int attempt) {
    return tale.say(kNoon, type,
                    {{"actor.id", "ana"},
                     {"challenge.id", id},
                     {"challenge.factor", "sms"},
                     {"challenge.attempt", attempt}});
  };
  const auto sixth = tried("challenge.failed", "c1", 6);
  tried("challenge.verified", "c2", 5);
  tried("challenge.sent", "c3", 9);
  tried("challenge.verified", "c3", 1);
  const auto result = in_january(tale, "OTP-ATTEMPTS");
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(item(sixth)));
  EXPECT_EQ(result.exceptions[0].observed, "an attempt with the number 6; at most 5 are allowed");
}

TEST(OtpAttempts, PassesOverWhatWasRefused) {
  auto tale = begin_tale();
  for (int i = 0; i < 5; ++i) tell(tale, after(kNoon, i), "challenge.failed", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 6), "challenge.failed", "ana", {.challenge = "c1", .reason = "too_many_attempts"});
  for (int i = 0; i < 5; ++i) tell(tale, after(kNoon, i), "challenge.failed", "", by_provider("c1"));
  const auto result = in_january(tale, "OTP-ATTEMPTS");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

}  // namespace
}  // namespace countersign::testing
