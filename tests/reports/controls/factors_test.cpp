#include "tests/reports/controls/people.h"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";

void allow_only_apps(Tale& tale, std::string_view since) {
  tale.policy(since, "access.factors",
              boost::json::array{"sms", "whatsapp", "voice", "email", "totp", "passkey", "push"},
              boost::json::array{"totp", "passkey"});
}

TEST(FactorAllowed, FindsAPassWithAFactorThatThePolicyDoesNotAllow) {
  auto tale = begin_tale();
  allow_only_apps(tale, "2025-12-01T00:00:00Z");
  const auto weak = tell(tale, kNoon, "challenge.verified", "ana", {.challenge = "c1"});
  tell(tale, kNoon, "challenge.verified", "bob", {.challenge = "c2", .factor = "totp"});
  const auto result = in_january(tale, "FACTOR-ALLOWED");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(weak)));
  EXPECT_EQ(result.exceptions[0].observed, "passed with sms; the policy of that time allows totp, passkey");
}

TEST(FactorAllowed, JudgesByThePolicyOfTheTimeAndLetsWhatWasBegunBeforeAChangeBePassed) {
  auto tale = begin_tale();
  tell(tale, "2026-01-09T12:00:00Z", "challenge.verified", "ana", {.challenge = "c0"});
  allow_only_apps(tale, kNoon);
  tell(tale, after(kNoon, -60), "challenge.sent", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 60), "challenge.verified", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, -60), "challenge.sent", "bob", {.challenge = "c2"});
  tell(tale, after(kNoon, 601), "challenge.verified", "bob", {.challenge = "c2"});
  const auto result = in_january(tale, "FACTOR-ALLOWED");
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre("5"));
}

TEST(FactorAllowed, CountsAPassThatTwoSourcesTellOnceAndJudgesWhatEachSays) {
  auto tale = begin_tale();
  allow_only_apps(tale, "2025-12-01T00:00:00Z");
  const auto told = tell(tale, kNoon, "challenge.verified", "ana", {.challenge = "c1", .factor = "totp"});
  const auto again =
      tell(tale, after(kNoon, 1), "challenge.verified", "",
           {.challenge = "c1", .factor = "voice", .source = "twilio", .phone = "+14155550100"});
  const auto result = in_january(tale, "FACTOR-ALLOWED");
  EXPECT_EQ(result.population, 1u);
  ASSERT_THAT(items(result), ElementsAre(item(told)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(told, again));
}

TEST(FactorAllowed, TakesAPassWithoutAFactorForAllowedOnlyWhereEveryFactorIs) {
  auto tale = begin_tale();
  tell(tale, "2026-01-09T12:00:00Z", "challenge.verified", "ana", {.factor = ""});
  EXPECT_THAT(items(in_january(tale, "FACTOR-ALLOWED")), IsEmpty());
  allow_only_apps(tale, kNoon);
  const auto unknown = tell(tale, after(kNoon, 700), "challenge.verified", "ana", {.factor = ""});
  tell(tale, after(kNoon, 800), "challenge.sent", "bob", {.challenge = "c2", .factor = "totp"});
  tell(tale, after(kNoon, 810), "challenge.verified", "bob", {.challenge = "c2", .factor = ""});
  EXPECT_THAT(items(in_january(tale, "FACTOR-ALLOWED")), ElementsAre(item(unknown)));
}

TEST(FactorChangeVerified, FindsAChangeOfWhoProvedNothingBefore) {
  auto tale = begin_tale();
  tell(tale, "2025-12-01T09:00:00Z", "challenge.verified", "ana");
  tell(tale, "2025-12-01T09:00:00Z", "challenge.verified", "bob");
  tell(tale, kNoon, "challenge.verified", "ana");
  tell(tale, after(kNoon, 900), "factor.removed", "ana");
  const auto late = tell(tale, after(kNoon, 901), "factor.enrolled", "ana");
  const auto never = tell(tale, kNoon, "factor.removed", "bob");
  const auto result = in_january(tale, "FACTOR-CHANGE-VERIFIED");
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(item(late), item(never)));
  EXPECT_EQ(
      result.exceptions[0].observed,
      "factor.enrolled of sms with no passed challenge and no login of this person in the 900 s before");
}

TEST(FactorChangeVerified, TakesALoginForAProof) {
  auto tale = begin_tale();
  tell(tale, after(kNoon, -60), "login.succeeded", "ana");
  tell(tale, kNoon, "factor.removed", "ana");
  const auto result = in_january(tale, "FACTOR-CHANGE-VERIFIED");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(FactorChangeVerified, LeavesOutFirstFactorsAndWhatAdministratorsDo) {
  auto tale = begin_tale();
  // Somebody new.
  tell(tale, kNoon, "factor.enrolled", "carol");
  // A lost phone.
  tell(tale, "2025-12-01T09:00:00Z", "challenge.verified", "ana");
  tell(tale, kNoon, "factor.removed", "ana");
  tell(tale, after(kNoon, 1), "factor.reset", "ana");
  tell(tale, after(kNoon, 90'000), "factor.enrolled", "ana");
  // Somebody who leaves and comes back.
  tell(tale, "2025-12-01T09:00:00Z", "challenge.verified", "bob");
  tell(tale, kNoon, "user.deprovisioned", "bob");
  tell(tale, after(kNoon, 7'200), "factor.removed", "bob");
  tell(tale, after(kNoon, 200'000), "user.provisioned", "bob");
  tell(tale, after(kNoon, 200'100), "factor.enrolled", "bob");
  EXPECT_EQ(in_january(tale, "FACTOR-CHANGE-VERIFIED").population, 0u);
}

TEST(FactorChangeVerified, TestsNothingOfWhichTheTimeBeforeIsNotKnown) {
  Tale tale;
  tell(tale, kNoon, "source.heartbeat", "");
  tell(tale, after(kNoon, 899), "factor.removed", "ana");
  const auto known = tell(tale, after(kNoon, 900), "factor.removed", "bob");
  const auto result = in_january(tale, "FACTOR-CHANGE-VERIFIED");
  EXPECT_EQ(result.population, 1u);
  ASSERT_THAT(items(result), ElementsAre(item(known)));
}

TEST(ResetThenAction, FindsSensitiveActionsWithinTheCoolDown) {
  auto tale = begin_tale();
  tale.policy("2025-12-01T00:00:00Z", "access.step_up.actions", boost::json::array(),
              boost::json::array{"billing.*"});
  const auto reset = tell(tale, kNoon, "factor.reset", "ana");
  act(tale, after(kNoon, 60), "ana", "profile.view");
  const auto listed = act(tale, after(kNoon, 61), "ana", "billing.refund");
  const auto sent = act(tale, after(kNoon, 3'599), "ana", "report.export");
  act(tale, after(kNoon, 61), "bob", "billing.refund");
  const auto late = tell(tale, kNoon, "factor.reset", "carol");
  act(tale, after(kNoon, 3'600), "carol", "billing.refund");
  const auto result = in_january(tale, "RESET-THEN-ACTION");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(reset)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(reset, listed, sent));
  EXPECT_EQ(result.exceptions[0].observed,
            "2 sensitive actions, the first 61 s after factor.reset; at least 3600 s must pass");
  EXPECT_LT(reset, late);
}

TEST(ResetThenAction, CountsAFactorThatTakesAnothersPlace) {
  auto tale = begin_tale();
  tell(tale, kNoon, "factor.removed", "ana");
  const auto rebound = tell(tale, after(kNoon, 60), "factor.enrolled", "ana");
  act(tale, after(kNoon, 120), "ana", "plan.change", {.role = "Admin"});
  // A first factor is no reset.
  tell(tale, kNoon, "factor.enrolled", "bob");
  act(tale, after(kNoon, 60), "bob", "plan.change", {.role = "admin"});
  const auto result = in_january(tale, "RESET-THEN-ACTION");
  EXPECT_EQ(result.population, 1u);
  ASSERT_THAT(items(result), ElementsAre(item(rebound)));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("1 sensitive action, 60 s after factor.enrolled"));
}

TEST(ResetThenAction, JudgesAnActionByThePolicyOfItsTime) {
  auto tale = begin_tale();
  tale.policy(after(kNoon, 120), "access.step_up.actions", boost::json::array(),
              boost::json::array{"user.delete"});
  const auto reset = tell(tale, kNoon, "factor.reset", "ana");
  act(tale, after(kNoon, 60), "ana", "user.delete");
  EXPECT_THAT(items(in_january(tale, "RESET-THEN-ACTION")), IsEmpty());
  act(tale, after(kNoon, 121), "ana", "user.delete");
  EXPECT_THAT(items(in_january(tale, "RESET-THEN-ACTION")), ElementsAre(item(reset)));
}

TEST(InactiveFactor, FindsAnAccountThatNobodyUsed) {
  auto tale = begin_tale();
  const auto idle = tell(tale, "2025-11-02T23:59:59Z", "challenge.verified", "ana");
  tell(tale, "2025-11-03T00:00:00Z", "challenge.verified", "bob");
  end_tale(tale);
  const auto result = in_january(tale, "INACTIVE-FACTOR");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(idle)));
  EXPECT_EQ(result.exceptions[0].observed,
            "neither a success nor an action for 90 days; at most 90 are allowed");
}

TEST(InactiveFactor, LeavesOutWhoseFactorOrAccountIsGoneAndSeesActions) {
  auto tale = begin_tale();
  constexpr std::string_view kAugust = "2025-08-01T00:00:00Z";
  for (const auto* who : {"left", "reset", "removed", "changed", "back", "acts"})
    tell(tale, kAugust, "factor.enrolled", who);
  tell(tale, after(kAugust, 60), "user.deprovisioned", "left");
  tell(tale, after(kAugust, 60), "factor.reset", "reset");
  tell(tale, after(kAugust, 60), "factor.removed", "removed");
  const auto changed = tell(tale, after(kAugust, 60), "factor.enrolled", "changed");
  tell(tale, after(kAugust, 61), "factor.removed", "changed");
  tell(tale, after(kAugust, 60), "user.deprovisioned", "back");
  tell(tale, "2025-12-01T00:00:00Z", "user.provisioned", "back");
  act(tale, "2025-12-01T00:00:00Z", "acts", "profile.view");
  act(tale, "2025-12-01T00:00:00Z", "changed", "update user", {.source = "okta"});
  end_tale(tale);
  const auto result = in_january(tale, "INACTIVE-FACTOR");
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(item(changed)));
}

TEST(InactiveFactor, TestsNothingWhereTheLogDoesNotReachBackSoFar) {
  Tale tale;
  tell(tale, "2025-11-04T00:00:00Z", "challenge.verified", "ana");
  end_tale(tale);
  EXPECT_EQ(in_january(tale, "INACTIVE-FACTOR").population, 0u);
}

}  // namespace
}  // namespace countersign::testing
