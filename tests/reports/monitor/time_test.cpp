#include "tests/reports/controls/moments.h"
#include "tests/reports/monitor/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kNine = "2026-01-05T09:00:00Z";
constexpr std::int64_t kDay = 86'400;

/// Heartbeats each minute, from a day before nine until so many seconds after.
void beat(Watch& watch, const char* source, std::int64_t until) {
  for (std::int64_t s = -kDay - 60; s <= until; s += 60)
    watch.tale.say(after(kNine, s), "source.heartbeat", {}, source);
  watch.listen();
}

TEST(TimeThatPasses, ShowsASilenceWithoutANewRecordOnceItIsTooLong) {
  Watch watch;
  beat(watch, "shop", 0);
  // Of the minute of nine o'clock on 900 s are allowed.
  EXPECT_THAT(watch.pass_time("2026-01-05T09:15:59Z"), IsEmpty());
  ASSERT_THAT(watch.pass_time("2026-01-05T09:16:01Z"), ElementsAre("SOURCE-SILENCE shop 2026-01-05 09:00"));
  EXPECT_THAT(watch.pass_time("2026-01-05T09:17:00Z"), IsEmpty());
  EXPECT_THAT(watch.found()[0].records, ElementsAre(watch.tale.records().size() - 1));
  watch.restart();
  EXPECT_THAT(watch.pass_time("2026-01-05T12:00:00Z"), IsEmpty());
}

TEST(TimeThatPasses, InOneLeapFindsWhatItFindsMinuteByMinute) {
  Watch leap, steps;
  for (auto* watch : {&leap, &steps}) beat(*watch, "shop", 0);
  std::vector<std::string> found;
  for (std::int64_t s = 0; s <= 7'200; s += 30) {
    for (auto& one : steps.pass_time(after(kNine, s))) found.push_back(one);
  }
  EXPECT_EQ(leap.pass_time(after(kNine, 7'200)), found);
  EXPECT_EQ(found.size(), 1u);
}

TEST(TimeThatPasses, LeavesARevokedSourceInPeace) {
  Watch watch;
  beat(watch, "shop", 0);
  ASSERT_TRUE(watch.monitor().set_revoked({{"shop", *base::parse_rfc3339("2026-01-05T09:01:00Z")}}));
  EXPECT_THAT(watch.pass_time("2026-01-05T12:00:00Z"), IsEmpty());
}

TEST(TimeThatPasses, KnowsSinceWhenASourceIsHeardAfterARestart) {
  Watch watch;
  beat(watch, "shop", 0);
  watch.restart();
  EXPECT_THAT(watch.pass_time("2026-01-05T09:16:01Z"), ElementsAre("SOURCE-SILENCE shop 2026-01-05 09:00"));
}

TEST(TimeThatPasses, IsNotFoundSilentByWhoBeganLater) {
  Watch watch;
  beat(watch, "shop", 0);
  watch.begin_here("2026-01-05T11:00:00Z");
  EXPECT_THAT(watch.pass_time("2026-01-05T12:00:00Z"), IsEmpty());
}

TEST(TimeThatPasses, ClosesAnHourOfSendsOnce) {
  Watch watch;
  for (int i = 0; i < 60; ++i)
    watch.tale.say(after(kNine, i), "challenge.sent",
                   {{"actor.phone", "+49" + std::to_string(i)},
                    {"challenge.id", "c" + std::to_string(i)},
                    {"challenge.factor", "sms"},
                    {"challenge.purpose", "signup"},
                    {"device.country", "XX"}});
  EXPECT_THAT(watch.listen(), IsEmpty());
  EXPECT_THAT(watch.pass_time("2026-01-05T10:15:00Z"), IsEmpty());
  EXPECT_THAT(watch.pass_time("2026-01-05T10:15:01Z"), ElementsAre("SMS-PUMPING XX 2026-01-05 09:00"));
  EXPECT_THAT(watch.pass_time("2026-01-05T10:16:01Z"), IsEmpty());
  watch.restart();
  EXPECT_THAT(watch.pass_time("2026-01-05T11:00:00Z"), IsEmpty());
}

TEST(TimeThatPasses, IsNotFilledByTestsOfTheAppliancesOwn) {
  Watch watch;
  const auto test = [&](std::int64_t s) {
    watch.tale.say(after(kNine, s), "source.heartbeat", {{"action.resource", "shop"}}, "countersign", "none");
  };
  test(-2 * kDay);
  beat(watch, "shop", 0);
  test(300);
  watch.listen();
  ASSERT_THAT(watch.pass_time("2026-01-05T09:16:01Z"), ElementsAre("SOURCE-SILENCE shop 2026-01-05 09:00"));
  EXPECT_THAT(watch.pass_time("2026-01-08T09:00:00Z"), IsEmpty()) << "nobody waits for the next test";
}

TEST(TimeThatPasses, IsToldByTheRecordsWhereThereAreMoreToJudge) {
  Watch watch;
  beat(watch, "shop", 0);
  for (std::int64_t s = 0; s <= 7'200; s += 60)
    watch.tale.say(after(kNine, s), "source.heartbeat", {}, "okta");
  EXPECT_THAT(watch.listen(), ElementsAre("SOURCE-SILENCE shop 2026-01-05 09:00"));
}

}  // namespace
}  // namespace countersign::testing
