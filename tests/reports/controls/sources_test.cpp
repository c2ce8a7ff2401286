#include "ledger/base/time.h"
#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-01-08T00:00:00Z";
constexpr std::int64_t kSecond_us = 1'000'000;

/// What sources send, gathered and then told in the order of time.
class Traffic {
 public:
  /// One event every so many seconds, from the first time up to, without, the other.
  Traffic& every(std::int64_t seconds, const char* from, const char* until, const char* source = "shop",
                 const char* type = "source.heartbeat") {
    const auto end = base::parse_rfc3339(until)->micros;
    for (auto at = base::parse_rfc3339(from)->micros; at < end; at += seconds * kSecond_us)
      events_.emplace_back(at, source, type);
    return *this;
  }
  Tale tell() {
    std::sort(events_.begin(), events_.end());
    Tale tale;
    for (const auto& [at, source, type] : events_) tale.say(base::format_rfc3339({at}), type, {}, source);
    return tale;
  }

 private:
  std::vector<std::tuple<std::int64_t, std::string, std::string>> events_;
};

// --- SOURCE-SILENT

TEST(SourceSilent, FindsASilenceOfASourceThatSendsHeartbeats) {
  auto tale = Traffic()
                  .every(60, "2026-01-01T00:00:00Z", "2026-01-03T10:00:00Z")
                  .every(60, "2026-01-03T10:16:00Z", "2026-01-08T00:10:00Z")
                  .tell();
  const auto result = tale.run("SOURCE-SILENT", kFrom, kUntil);
  EXPECT_EQ(result.population, 7u);
  ASSERT_THAT(items(result), ElementsAre("shop 2026-01-03"));
  EXPECT_EQ(result.exceptions[0].observed,
            "nothing was heard for 16 minutes, from 2026-01-03 10:00 until 2026-01-03 10:16");
  EXPECT_EQ(result.exceptions[0].records.size(), 2u);
}

TEST(SourceSilent, AllowsASilenceAsLongAsTheLimit) {
  auto tale = Traffic()
                  .every(60, "2026-01-01T00:00:00Z", "2026-01-03T10:00:00Z")
                  .every(60, "2026-01-03T10:15:00Z", "2026-01-08T00:10:00Z")
                  .tell();
  EXPECT_THAT(items(tale.run("SOURCE-SILENT", kFrom, kUntil)), IsEmpty());
  EXPECT_THAT(items(tale.run("SOURCE-SILENT", kFrom, kUntil, {{"heartbeat_s", std::int64_t{899}}})),
              ElementsAre("shop 2026-01-03"));
}

TEST(SourceSilent, GivesASourceWithoutHeartbeatsADay) {
  auto tale = Traffic()
                  .every(43'200, "2026-01-01T08:00:00Z", "2026-01-03T20:00:00Z", "shop", "login.failed")
                  .every(43'200, "2026-01-04T08:02:00Z", "2026-01-08T00:10:00Z", "shop", "login.failed")
                  .every(3'600, "2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z", "other", "login.failed")
                  .tell();
  const auto result = tale.run("SOURCE-SILENT", kFrom, kUntil);
  EXPECT_EQ(result.population, 14u);
  ASSERT_THAT(items(result), ElementsAre("shop 2026-01-03"));
  EXPECT_EQ(result.exceptions[0].observed,
            "nothing was heard for 1,441 minutes, from 2026-01-03 08:01 until 2026-01-04 08:02");
  EXPECT_THAT(items(tale.run("SOURCE-SILENT", kFrom, kUntil, {{"silence_s", std::int64_t{86'460}}})),
              IsEmpty());
  const auto none = tale.run("SOURCE-SILENT", kFrom, kUntil, {{"silence_s", std::int64_t{0}}});
  EXPECT_EQ(none.outcome, reports::Outcome::nothing_to_test);
}

TEST(SourceSilent, HoldsTheLimitOfHeartbeatsFromTheFirstHeartbeatOn) {
  auto tale = Traffic()
                  .every(7'200, "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z", "shop", "login.failed")
                  .every(60, "2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z")
                  .every(7'200, "2026-01-05T00:00:00Z", "2026-01-05T04:00:01Z", "shop", "login.failed")
                  .every(60, "2026-01-05T04:00:00Z", "2026-01-09T00:00:00Z")
                  .tell();
  const auto result = tale.run("SOURCE-SILENT", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("shop 2026-01-05"));
  EXPECT_THAT(result.exceptions[0].observed,
              HasSubstr("119 minutes, from 2026-01-05 00:01 until 2026-01-05 02:00"));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("; the longest of 2 that began on that day"));
}

TEST(SourceSilent, FindsASourceThatIsSilentToTheEnd) {
  auto tale = Traffic()
                  .every(60, "2026-01-01T00:00:00Z", "2026-01-06T00:00:00Z", "app")
                  .every(3'600, "2026-01-01T00:00:00Z", "2026-01-07T12:00:01Z", "other", "login.failed")
                  .tell();
  const auto result = tale.run("SOURCE-SILENT", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("app 2026-01-06"));
  EXPECT_THAT(
      result.exceptions[0].observed,
      HasSubstr("for 2,160 minutes, from 2026-01-06 00:00 to the end of its service or of what was looked"));
}

TEST(SourceSilent, CountsOnlyTimeInWhichTheSourceWasInService) {
  auto tale = Traffic()
                  .every(60, "2025-12-20T00:00:00Z", "2025-12-20T01:00:00Z", "old")
                  .every(60, "2026-01-03T12:00:00Z", "2026-01-05T00:00:00Z")
                  .every(3'600, "2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z", "other", "login.failed")
                  .tell();
  tale.system("2025-12-20T01:00:30Z", "source.revoked", {{"action.resource", "old"}});
  tale.system("2026-01-05T00:10:00Z", "source.revoked", {{"action.resource", "shop"}});
  const auto result = tale.run("SOURCE-SILENT", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u + 7u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(SourceSilent, TellsASilenceThatWasThereWhenThePeriodBegan) {
  auto tale = Traffic()
                  .every(60, "2025-12-31T22:00:00Z", "2025-12-31T23:00:00Z")
                  .every(60, "2026-01-01T00:16:00Z", "2026-01-08T00:10:00Z")
                  .tell();
  tale.system("2026-01-01T00:15:30Z", "ledger.started", {});
  const auto result = tale.run("SOURCE-SILENT", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("shop 2026-01-01"));
  EXPECT_EQ(
      result.exceptions[0].observed,
      "nothing was heard for 16 minutes, from 2026-01-01 00:00 until 2026-01-01 00:16; the appliance was "
      "started in that time");
}

TEST(SourceSilent, HearsNothingInImportedHistory) {
  Tale tale;
  tale.say("2026-01-01T00:00:00Z", "login.failed", {}, "shop");
  for (const char* day : {"02", "03", "04", "05", "06"})
    tale.say(std::string("2026-01-") + day + "T00:00:00Z", "login.failed", {}, "shop", "backfill");
  tale.say("2026-01-07T00:00:00Z", "login.failed", {}, "shop");
  EXPECT_THAT(items(tale.run("SOURCE-SILENT", kFrom, kUntil)), ElementsAre("shop 2026-01-01"));
}

// --- CLOCK-OFFSET

TEST(ClockOffset, FindsASourceWhoseClockIsAhead) {
  Tale tale;
  tale.say("2026-01-02T09:00:00Z", "login.failed", {}, "shop", "token", 3);
  tale.say("2026-01-02T09:10:02Z", "login.failed", {}, "shop", "token", -2);
  const auto most = tale.say("2026-01-02T09:20:04Z", "login.failed", {}, "shop", "token", -4);
  tale.say("2026-01-03T09:00:00Z", "login.failed", {}, "shop", "token", 86'400);
  const auto result = tale.run("CLOCK-OFFSET", kFrom, kUntil);
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre("shop 2026-01-02"));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(most));
  EXPECT_EQ(result.exceptions[0].observed, "the clock was 4,000 ms ahead; the most of 2 events of that day");
}

TEST(ClockOffset, AllowsASecondAndJudgesNoImportedHistory) {
  Tale tale;
  tale.say("2026-01-02T09:00:01Z", "login.failed", {}, "shop", "token", -1);
  tale.say("2026-01-02T09:10:09Z", "login.failed", {}, "shop", "backfill", -9);
  const auto result = tale.run("CLOCK-OFFSET", kFrom, kUntil);
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_THAT(items(tale.run("CLOCK-OFFSET", kFrom, kUntil, {{"ahead_ms", std::int64_t{999}}})),
              ElementsAre("shop 2026-01-02"));
}

// --- SOURCE-COVERAGE

TEST(SourceCoverage, TellsWhenEachSourceWasHeard) {
  auto tale = Traffic()
                  .every(3'600, "2026-01-01T00:00:00Z", "2026-01-08T00:00:00Z")
                  .every(60, "2026-01-07T23:00:00Z", "2026-01-07T23:01:00Z", "app")
                  .every(60, "2026-01-07T23:00:00Z", "2026-01-07T23:31:00Z", "late")
                  .every(60, "2026-01-08T00:00:00Z", "2026-01-08T00:05:00Z", "late")
                  .tell();
  const auto listing = tale.list("SOURCE-COVERAGE", kFrom, kUntil);
  using Row = std::vector<reports::Cell>;
  const auto n = [](std::int64_t number) { return reports::Cell(number); };
  EXPECT_THAT(listing.rows, ElementsAre(Row{"app", n(60), n(1), n(1), n(59), n(0), n(0)},
                                        Row{"late", n(60), n(31), n(31), n(29), n(0), n(0)},
                                        Row{"shop", n(7 * 1'440), n(7 * 24), n(7 * 24), n(59), n(0), n(0)}));
}

}  // namespace
}  // namespace countersign::testing
