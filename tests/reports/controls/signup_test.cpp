#include "tests/reports/controls/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";

TEST(SignupVerified, FindsAFirstActionBeforeTheChallengeWasPassed) {
  auto tale = begin_tale();
  tell(tale, kNoon, "user.provisioned", "ana");
  const auto early = act(tale, after(kNoon, 60), "ana", "project.create");
  tell(tale, after(kNoon, 70), "challenge.sent", "ana", {.challenge = "c1", .purpose = "signup"});
  tell(tale, after(kNoon, 90), "challenge.verified", "ana", {.challenge = "c1"});
  tell(tale, kNoon, "challenge.sent", "bob", {.challenge = "c2", .purpose = "signup"});
  const auto never = act(tale, after(kNoon, 60), "bob", "project.create");
  const auto result = in_january(tale, "SIGNUP-VERIFIED");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(early), item(never)));
  EXPECT_EQ(result.exceptions[0].observed,
            "the first action of who signed up, 30 s before the challenge was passed");
  EXPECT_EQ(result.exceptions[1].observed,
            "the first action of who signed up, who never passed the challenge");
}

TEST(SignupVerified, LetsTheVerificationWaitForTheFirstMeaningfulAction) {
  auto tale = begin_tale();
  tell(tale, kNoon, "user.provisioned", "ana");
  act(tale, after(kNoon, 1), "ana", "signup");
  tell(tale, after(kNoon, 90'000), "challenge.sent", "ana", {.challenge = "c1", .purpose = "signup"});
  tell(tale, after(kNoon, 90'020), "challenge.verified", "",
       {.challenge = "c1", .source = "twilio", .phone = "+14155550100"});
  act(tale, after(kNoon, 90'020), "ana", "project.create");
  act(tale, after(kNoon, 90'030), "ana", "project.create");
  const auto result = in_january(tale, "SIGNUP-VERIFIED");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(SignupVerified, LetsTwoClocksDifferByFiveSecondsAndNoMore) {
  auto tale = begin_tale();
  const auto verified_after = [&](const std::string& who, std::int64_t seconds) {
    tell(tale, kNoon, "challenge.sent", who, {.challenge = who, .purpose = "signup"});
    const auto seq = act(tale, after(kNoon, 60), who, "project.create");
    tell(tale, after(kNoon, 60 + seconds), "challenge.verified", who, {.challenge = who});
    return seq;
  };
  verified_after("ana", 5);
  const auto late = verified_after("bob", 6);
  EXPECT_THAT(items(in_january(tale, "SIGNUP-VERIFIED")), ElementsAre(item(late)));
}

TEST(SignupVerified, LeavesOutWhomAPlatformProvisionsAndWhoWasThereBefore) {
  auto tale = begin_tale();
  tell(tale, kNoon, "user.provisioned", "ana", {.source = "okta"});
  act(tale, after(kNoon, 60), "ana", "project.create");
  // In the first month of the log somebody acts who was there before it began, and is verified later.
  act(tale, "2025-07-10T00:00:00Z", "bob", "project.create");
  tell(tale, kNoon, "challenge.verified", "bob", {.challenge = "c1", .purpose = "signup"});
  act(tale, after(kNoon, 60), "bob", "project.create");
  EXPECT_EQ(in_january(tale, "SIGNUP-VERIFIED").population, 0u);
  EXPECT_EQ(tale.run("SIGNUP-VERIFIED", "2025-07-01T00:00:00Z", "2025-08-01T00:00:00Z").population, 0u);
}

TEST(SignupVerified, TakesWhoIsProvisionedOrChallengedFirstForNewFromTheBeginning) {
  Tale tale;
  tell(tale, kFrom, "user.provisioned", "ana");
  tell(tale, kFrom, "challenge.sent", "bob", {.challenge = "c1", .purpose = "signup"});
  const auto ana = act(tale, kNoon, "ana", "project.create");
  const auto bob = act(tale, kNoon, "bob", "project.create");
  tell(tale, after(kNoon, 60), "challenge.verified", "ana", {.challenge = "c2", .purpose = "signup"});
  EXPECT_THAT(items(in_january(tale, "SIGNUP-VERIFIED")), ElementsAre(item(ana), item(bob)));
}

TEST(SignupVerified, TakesWhoIsFirstHeardOfLongAfterTheLogBeganForNew) {
  auto tale = begin_tale();
  const auto early = act(tale, kNoon, "ana", "project.create");
  tell(tale, after(kNoon, 60), "challenge.verified", "ana", {.challenge = "c1", .purpose = "signup"});
  EXPECT_THAT(items(in_january(tale, "SIGNUP-VERIFIED")), ElementsAre(item(early)));
  EXPECT_EQ(in_january(tale, "SIGNUP-VERIFIED", {{"new_after_days", std::int64_t{194}}}).population, 0u);
}

}  // namespace
}  // namespace countersign::testing
