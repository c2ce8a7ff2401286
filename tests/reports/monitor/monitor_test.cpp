#include "reports/monitor/monitor.h"

#include "reports/engine/responses.h"
#include "tests/reports/controls/moments.h"
#include "tests/reports/engine/control_text.h"
#include "tests/reports/monitor/watch.h"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kNine = "2026-01-05T09:00:00Z";

std::uint64_t fail(Tale& tale, std::int64_t second, const std::string& who = "ana") {
  return tale.say(after(kNine, second), "challenge.failed",
                  {{"actor.id", who}, {"challenge.id", "c-" + who}});
}

/// A detection of the test's own, over logins that failed.
reports::Definition mine(const std::string& exceptions) {
  ControlText text;
  text.toml.replace(text.toml.find("\"control\""), 9, "\"detection\"");
  text.exceptions = exceptions;
  auto read = reports::read_definition("mine.toml", text.toml, "mine.sql", text.sql());
  EXPECT_TRUE(read) << read.error().message;
  return *read;
}

TEST(Monitor, FindsAnEpisodeWithTheRecordThatMakesItFullAndSaysWhatItSaw) {
  Watch watch;
  for (int i = 0; i < 9; ++i) fail(watch.tale, i * 40);
  EXPECT_THAT(watch.listen(), IsEmpty());
  fail(watch.tale, 360);
  EXPECT_THAT(watch.listen(), ElementsAre("CODE-GUESSING 9"));
  for (int i = 10; i < 15; ++i) fail(watch.tale, i * 40);
  EXPECT_THAT(watch.listen(), IsEmpty());
  const auto& found = watch.found().front();
  EXPECT_EQ(found.id, reports::finding_id("acme", "CODE-GUESSING", std::int64_t{9}));
  EXPECT_EQ(found.severity, reports::Severity::high);
  EXPECT_EQ(found.observed, "10 challenges of one account failed within 360 s");
  EXPECT_THAT(found.records, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(Monitor, JudgesNothingOfBeforeItBeganAndLooksBackToIt) {
  Watch watch;
  for (int i = 0; i < 12; ++i) fail(watch.tale, i, "bob");
  for (int i = 0; i < 9; ++i) fail(watch.tale, 20 + i);
  watch.begin_here("2026-01-05T09:00:30Z");
  EXPECT_THAT(watch.listen(), IsEmpty());
  fail(watch.tale, 60, "bob");
  fail(watch.tale, 61);
  EXPECT_THAT(watch.listen(), ElementsAre("CODE-GUESSING 22"));
}

TEST(Monitor, TakesTheTenantsParametersAndTellsOfThoseThatItDoesNotKnow) {
  std::vector<std::string> told;
  Watch watch([&](monitor::Monitor::Options& options) {
    options.detections =
        monitor::detections({"CODE-GUESSING.attempts=3", "NO-SUCH.thing=1", "OTP-FLOODING.sends=4"},
                            [&](const std::string& what) { told.push_back(what); });
  });
  for (int i = 0; i < 4; ++i) fail(watch.tale, i);
  for (int i = 0; i < 4; ++i) watch.tale.say(after(kNine, 10 + i), "challenge.sent", {{"actor.id", "bob"}});
  EXPECT_THAT(watch.listen(), ::testing::UnorderedElementsAre("CODE-GUESSING 2", "OTP-FLOODING 7"));
  EXPECT_THAT(told, ElementsAre(HasSubstr("there is no control NO-SUCH")));
}

TEST(Monitor, LooksBackAsFarAsTheLongestWindowOfTheParameters) {
  const auto days = [](const char* setting) {
    return monitor::longest_look_back(monitor::detections({setting}, {})) / 86'400'000'000;
  };
  EXPECT_EQ(days("FACTOR-DOWNGRADE.days=30"), 30);
  EXPECT_EQ(days("FACTOR-DOWNGRADE.days=300"), 300);
  EXPECT_EQ(days("TRIAL-FARMING.window_s=7776000"), 90);
}

TEST(Monitor, KeepsNoMoreRecordsThanItMayAndSaysHowManyItCut) {
  Watch watch([](monitor::Monitor::Options& options) {
    options.rows_max = 50;
    options.records_at_once = 20;
  });
  for (int i = 0; i < 200; ++i) {
    fail(watch.tale, i * 50, "user" + std::to_string(i));
    watch.listen();
    EXPECT_LE(watch.monitor().rows(), 50u);
  }
  EXPECT_EQ(watch.monitor().rows_cut(), 150u);
  for (int i = 0; i < 10; ++i) fail(watch.tale, 10'000 + i);
  EXPECT_THAT(watch.listen(), ElementsAre("CODE-GUESSING 209"));
  watch.restart();
  EXPECT_EQ(watch.monitor().rows(), 50u);
  EXPECT_EQ(watch.monitor().rows_cut(), 160u);
}

TEST(Monitor, ForgetsWhatNoDetectionCanLookBackTo) {
  Watch watch;
  for (int i = 0; i < 20; ++i) fail(watch.tale, i * 3'600, "user" + std::to_string(i));
  watch.listen();
  EXPECT_EQ(watch.monitor().rows(), 20u);
  fail(watch.tale, 86'400 * 31 + 600 + 36'000);
  watch.listen();
  EXPECT_EQ(watch.monitor().rows(), 11u);
  EXPECT_EQ(watch.monitor().rows_cut(), 0u);
}

TEST(Monitor, SaysThatTheIndexIsBehindAndThatItIsBeingMade) {
  const Tale tale;
  const IndexOf index(tale.records());
  monitor::Monitor::Options options{index.file(), IndexOf::kLog, base::TenantId("acme"), {1, {}}, {}};
  const auto behind = monitor::Monitor::open(options);
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().code, base::Code::unavailable);
  options.position = {};
  auto open = monitor::Monitor::open(options);
  ASSERT_TRUE(open) << open.error().message;
  const auto beyond = open->advance(1);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, base::Code::unavailable);
}

TEST(Monitor, JudgesByThePolicyThatItWasGiven) {
  const auto query =
      "SELECT seq AS item, seq AS records, 'within ' || (SELECT step_up_window / 1000000 FROM policy"
      " WHERE valid_from <= e.occurred AND e.occurred < valid_until) || ' s' AS observed"
      " FROM evidence e WHERE type = 'login.failed' AND in_period = 1 AND seq >= :least - :least";
  Watch watch([&](monitor::Monitor::Options& options) { options.detections = {mine(query)}; });
  watch.tale.policy(after(kNine, 60), "access.step_up.window_s", 900, 600);
  policy::PolicyHistory history;
  for (const auto& record : watch.tale.system_records()) ASSERT_TRUE(history.add(record));
  ASSERT_TRUE(watch.monitor().set_policies(history.of(base::TenantId("acme"))));
  watch.tale.say(after(kNine, 0), "login.failed", {});
  watch.tale.say(after(kNine, 120), "login.failed", {});
  EXPECT_THAT(watch.listen(), ElementsAre("MINE 0", "MINE 1"));
  EXPECT_EQ(watch.found()[0].observed, "within 900 s");
  EXPECT_EQ(watch.found()[1].observed, "within 600 s");
  // Given anew, they take the place of those before.
  ASSERT_TRUE(watch.monitor().set_policies(policy::TenantHistory()));
  watch.tale.say(after(kNine, 180), "login.failed", {});
  watch.listen();
  EXPECT_EQ(watch.found()[2].observed, "within 900 s");
}

TEST(Monitor, RefusesAQueryThatMayNotRun) {
  const IndexOf index({});
  monitor::Monitor::Options options{index.file(), IndexOf::kLog, base::TenantId("acme"), {}, {}};
  options.detections = {mine("SELECT seq AS item, seq AS records, :least AS observed FROM events\n")};
  const auto open = monitor::Monitor::open(options);
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().message, AllOf(HasSubstr("mine.sql:"), HasSubstr("'events'")));
}

TEST(Monitor, ADetectionThatFailsLeavesTheOthersAlone) {
  Watch watch([](monitor::Monitor::Options& options) {
    options.detections.push_back(mine(
        "SELECT seq AS item, 'none' AS records, :least AS observed FROM evidence WHERE in_period = 1\n"));
  });
  for (int i = 1; i <= 10; ++i) fail(watch.tale, i);
  EXPECT_THAT(watch.listen(), ElementsAre("CODE-GUESSING 9"));
  using monitor::Monitor;
  EXPECT_THAT(watch.monitor().take_failures(),
              ElementsAre(AllOf(Field(&Monitor::Failure::control, "MINE"),
                                Field(&Monitor::Failure::what, HasSubstr("'records' must hold")))));
}

TEST(Monitor, OpensTheFirstOfAFloodOfFindingsAndSaysThatThereWereMore) {
  Watch watch([](monitor::Monitor::Options& options) {
    options.detections = {
        mine("SELECT seq AS item, seq AS records, :least AS observed FROM evidence WHERE in_period = 1\n")};
  });
  for (int i = 0; i < 1'200; ++i) watch.tale.say(kNine, "login.failed", {});
  EXPECT_EQ(watch.listen().size(), 1'000u);
  EXPECT_THAT(watch.monitor().take_failures(),
              ElementsAre(Field(&monitor::Monitor::Failure::what, HasSubstr("1200 findings at once"))));
}

}  // namespace
}  // namespace countersign::testing
