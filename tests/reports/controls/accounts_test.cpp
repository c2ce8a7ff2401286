#include "tests/reports/controls/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";

TEST(DeprovisionedSuccess, FindsWhatAnAccountDoesAfterItsEnd) {
  auto tale = begin_tale();
  const auto gone = tell(tale, "2025-12-20T00:00:00Z", "user.deprovisioned", "ana", {.source = "okta"});
  tell(tale, "2025-12-21T00:00:00Z", "login.succeeded", "ana");
  const auto passed = tell(tale, "2026-01-01T00:00:00Z", "challenge.verified", "ana");
  const auto acted = act(tale, "2026-01-01T00:00:01Z", "ana", "profile.view");
  const auto suspended = tell(tale, kNoon, "user.suspended", "bob");
  const auto login = tell(tale, after(kNoon, 1), "login.succeeded", "bob");
  tell(tale, kNoon, "user.deprovisioned", "carol");
  tell(tale, kNoon, "challenge.verified", "carol");
  tell(tale, after(kNoon, 1), "challenge.failed", "carol");
  const auto result = in_january(tale, "DEPROVISIONED-SUCCESS");
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(item(gone), item(suspended)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(gone, passed, acted));
  EXPECT_EQ(result.exceptions[0].observed, "2 successes, the first 1036800 s after it");
  EXPECT_THAT(result.exceptions[1].records, ElementsAre(suspended, login));
}

TEST(DeprovisionedSuccess, LetsWhoIsProvisionedAgainComeBack) {
  auto tale = begin_tale();
  tell(tale, "2025-12-20T00:00:00Z", "user.deprovisioned", "ana");
  tell(tale, "2025-12-30T00:00:00Z", "user.provisioned", "ana");
  tell(tale, kNoon, "user.deprovisioned", "bob");
  tell(tale, after(kNoon, 60), "user.provisioned", "bob");
  tell(tale, after(kNoon, 61), "login.succeeded", "ana");
  tell(tale, after(kNoon, 61), "login.succeeded", "bob");
  const auto result = in_january(tale, "DEPROVISIONED-SUCCESS");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(DeprovisionedSuccess, CountsAnEndThatIsToldTwiceOnceAndLockOutsNotAtAll) {
  auto tale = begin_tale();
  const auto first = tell(tale, kNoon, "user.suspended", "ana");
  tell(tale, after(kNoon, 1), "user.deprovisioned", "ana", {.source = "okta"});
  tell(tale, after(kNoon, 9), "login.succeeded", "ana");
  tell(tale, kNoon, "user.suspended", "bob", {.reason = "temporary_lockout"});
  tell(tale, after(kNoon, 3'600), "login.succeeded", "bob");
  const auto result = in_january(tale, "DEPROVISIONED-SUCCESS");
  EXPECT_EQ(result.population, 1u);
  ASSERT_THAT(items(result), ElementsAre(item(first)));
}

TEST(DeprovisionedSuccess, PassesOverWhatAnIdentityPlatformChangesInAnAccount) {
  auto tale = begin_tale();
  tell(tale, kNoon, "user.deprovisioned", "ana", {.source = "okta"});
  act(tale, after(kNoon, 60), "ana", "update user", {.source = "okta"});
  EXPECT_THAT(items(in_january(tale, "DEPROVISIONED-SUCCESS")), IsEmpty());
}

TEST(DeprovisionedSuccess, LetsClocksDifferByAsMuchAsIsSet) {
  auto tale = begin_tale();
  const auto gone = tell(tale, kNoon, "user.deprovisioned", "ana");
  tell(tale, after(kNoon, 5), "login.succeeded", "ana");
  EXPECT_THAT(items(in_january(tale, "DEPROVISIONED-SUCCESS", {{"slack_s", std::int64_t{5}}})), IsEmpty());
  EXPECT_THAT(items(in_january(tale, "DEPROVISIONED-SUCCESS", {{"slack_s", std::int64_t{4}}})),
              ElementsAre(item(gone)));
}

TEST(DeprovisionedSuccess, DoesNotJudgeByAnEndBeforeWhichNothingIsKnown) {
  Tale tale;
  // Imported: whether the account was provisioned again before the log began is not known.
  tale.say("2025-10-01T00:00:00Z", "user.deprovisioned", {{"actor.id", "ana"}}, "okta", "backfill",
           86'400 * 92);
  tell(tale, kNoon, "login.succeeded", "ana");
  EXPECT_EQ(in_january(tale, "DEPROVISIONED-SUCCESS").population, 0u);
}

TEST(AccountUnique, FindsWhatNamesNobodyAndAChallengeThatNamesTwo) {
  auto tale = begin_tale();
  const auto first = tell(tale, kNoon, "challenge.sent", "ana", {.challenge = "c1"});
  const auto second = tell(tale, after(kNoon, 9), "challenge.verified", "bob", {.challenge = "c1"});
  const auto nameless = tell(tale, kNoon, "challenge.failed", "", {.challenge = "c2"});
  const auto login = tell(tale, kNoon, "login.succeeded", "");
  const auto action = act(tale, kNoon, "", "profile.view");
  tell(tale, kNoon, "challenge.verified", "ana", {.challenge = "c3"});
  const auto result = in_january(tale, "ACCOUNT-UNIQUE");
  EXPECT_EQ(result.population, 5u);
  ASSERT_THAT(items(result), ElementsAre(item(first), item(nameless), item(login), item(action)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(first, second));
  EXPECT_EQ(result.exceptions[0].observed, "the records of one challenge name 2 accounts");
  EXPECT_EQ(result.exceptions[1].observed, "no record of the challenge names anybody");
  EXPECT_EQ(result.exceptions[2].observed, "login.succeeded that names nobody");
}

TEST(AccountUnique, IsContentWhereAnotherSourceNamesTheAccountOrOnlyThePhoneIsKnown) {
  auto tale = begin_tale();
  tell(tale, kNoon, "challenge.sent", "ana", {.challenge = "c1"});
  tell(tale, after(kNoon, 9), "challenge.verified", "",
       {.challenge = "c1", .source = "twilio", .phone = "+14155550100"});
  tell(tale, kNoon, "challenge.verified", "",
       {.challenge = "c2", .source = "twilio", .phone = "+14155550101"});
  tell(tale, kNoon, "login.succeeded", "ana", {.challenge = "c1"});
  // Nobody: a guess at a name that there is not, and a challenge without an outcome.
  tell(tale, kNoon, "login.failed", "");
  tell(tale, kNoon, "challenge.sent", "", {.challenge = "c3"});
  const auto result = in_january(tale, "ACCOUNT-UNIQUE");
  EXPECT_EQ(result.population, 2u);
  EXPECT_THAT(items(result), IsEmpty());
}

}  // namespace
}  // namespace countersign::testing
