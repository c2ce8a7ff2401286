#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-02-01T00:00:00Z";

/// Long before everything else, so that it is known what was before the actions.
void begin(Tale& tale) {
  tale.say("2025-12-01T00:00:00Z", "source.heartbeat", {});
  tale.policy("2025-12-01T00:00:00Z", "access.step_up.actions", boost::json::array(),
              boost::json::array{"user.delete", "billing.*"});
}

std::uint64_t act(Tale& tale, const char* time, const char* action, const char* who,
                  const char* role = "member") {
  return tale.say(time, "action.performed",
                  {{"actor.id", who}, {"actor.role", role}, {"action.name", action}});
}

void pass(Tale& tale, const char* time, const char* who, const char* factor = "totp") {
  tale.say(time, "challenge.verified",
           {{"actor.id", who}, {"challenge.id", std::string(who) + time}, {"challenge.factor", factor}});
}

TEST(StepUpMissing, FindsASensitiveActionWithoutAChallengeInTheWindow) {
  Tale tale;
  begin(tale);
  pass(tale, "2026-01-05T09:00:00Z", "ana");
  act(tale, "2026-01-05T09:14:59Z", "user.delete", "ana");
  const auto late = act(tale, "2026-01-05T09:15:01Z", "user.delete", "ana");
  const auto other = act(tale, "2026-01-05T09:01:00Z", "billing.refund", "bob");
  act(tale, "2026-01-05T09:02:00Z", "profile.view", "bob");
  const auto result = tale.run("STEP-UP-MISSING", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  EXPECT_THAT(items(result), ElementsAre(std::to_string(late), std::to_string(other)));
  EXPECT_THAT(result.exceptions[1].observed, HasSubstr("900 s before billing.refund"));
  EXPECT_EQ(result.wording(), "Exception noted: 2 of 3 sensitive actions.");
}

TEST(StepUpMissing, JudgesByThePolicyOfTheTime) {
  Tale tale;
  begin(tale);
  tale.policy("2026-01-10T00:00:00Z", "access.step_up.window_s", 900, 300);
  pass(tale, "2026-01-09T09:00:00Z", "ana");
  act(tale, "2026-01-09T09:10:00Z", "user.delete", "ana");
  pass(tale, "2026-01-11T09:00:00Z", "ana");
  const auto late = act(tale, "2026-01-11T09:10:00Z", "user.delete", "ana");
  EXPECT_THAT(items(tale.run("STEP-UP-MISSING", kFrom, kUntil)), ElementsAre(std::to_string(late)));
}

TEST(StepUpMissing, TakesOnlyFactorsThatThePolicyAllows) {
  Tale tale;
  begin(tale);
  tale.policy("2025-12-02T00:00:00Z", "access.factors", boost::json::array{"sms", "totp"},
              boost::json::array{"totp"});
  pass(tale, "2026-01-05T09:00:00Z", "ana", "sms");
  const auto weak = act(tale, "2026-01-05T09:01:00Z", "user.delete", "ana");
  EXPECT_THAT(items(tale.run("STEP-UP-MISSING", kFrom, kUntil)), ElementsAre(std::to_string(weak)));
}

TEST(StepUpMissing, CountsActionsOfPrivilegedRolesAndExportsWhateverThePolicyLists) {
  Tale tale;
  tale.say("2025-12-01T00:00:00Z", "source.heartbeat", {});
  const auto admin = act(tale, "2026-01-05T09:00:00Z", "plan.change", "ana", "Admin");
  const auto sent = act(tale, "2026-01-05T09:00:00Z", "audit.export", "bob");
  EXPECT_THAT(items(tale.run("STEP-UP-MISSING", kFrom, kUntil)),
              ElementsAre(std::to_string(admin), std::to_string(sent)));
}

TEST(StepUpMissing, TestsNothingOfWhichTheTimeBeforeIsNotKnown) {
  Tale tale;
  act(tale, "2026-01-05T09:00:00Z", "plan.change", "ana", "admin");
  act(tale, "2026-01-05T09:20:00Z", "plan.change", "bob", "admin");
  const auto result = tale.run("STEP-UP-MISSING", kFrom, kUntil);
  EXPECT_THAT(items(result), ElementsAre("1"));
  EXPECT_EQ(result.population, 1u);
}

TEST(StepUpMissing, SaysThatThereWasNothingToTest) {
  Tale tale;
  begin(tale);
  const auto result = tale.run("STEP-UP-MISSING", kFrom, kUntil);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_EQ(result.outcome, reports::Outcome::nothing_to_test);
  EXPECT_EQ(result.wording(), "Nothing to test: there were no sensitive actions in the period.");
}

}  // namespace
}  // namespace countersign::testing
