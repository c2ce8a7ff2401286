#include "reports/engine/catalogue.h"
#include "tests/reports/controls/moments.h"
#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::uint64_t act(Tale& tale, const std::string& time, const char* who, const char* role = "admin") {
  return tale.say(time, "action.performed",
                  {{"actor.id", who}, {"actor.role", role}, {"action.name", "user.delete"}});
}

TEST(OffHoursAdmin, FindsTheFirstActionOfANightAndLeavesTheDayAndOtherRolesAlone) {
  Tale tale;
  act(tale, "2026-01-05T06:00:00Z", "ana");
  act(tale, "2026-01-05T21:59:59Z", "ana");
  const auto night = act(tale, "2026-01-05T22:00:00Z", "ana", "Admin");
  act(tale, "2026-01-06T05:59:59Z", "ana");
  act(tale, "2026-01-06T03:00:00Z", "bob", "member");
  const auto anew = act(tale, "2026-01-07T05:59:59Z", "ana");
  const auto result = tale.run("OFF-HOURS-ADMIN", kFrom, kUntil);
  EXPECT_EQ(result.population, 5u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(night), std::to_string(anew)));
  EXPECT_EQ(result.exceptions[0].observed, "user.delete at 22:00, by a clock that is 0 min ahead of UTC");
}

TEST(OffHoursAdmin, FollowsTheClockOnTheWallAndHoursThatPassMidnight) {
  Tale tale;
  const auto early = act(tale, "2026-01-05T04:59:00Z", "ana");  // 05:59 in Berlin
  act(tale, "2026-01-05T05:00:00Z", "bob");
  const auto late = act(tale, "2026-01-05T21:00:00Z", "carol");
  EXPECT_THAT(items(tale.run("OFF-HOURS-ADMIN", kFrom, kUntil, {{"utc_offset_minutes", std::int64_t{60}}})),
              ElementsAre(std::to_string(early), std::to_string(late)));
  EXPECT_THAT(items(tale.run("OFF-HOURS-ADMIN", kFrom, kUntil,
                             {{"begin_hour", std::int64_t{21}}, {"end_hour", std::int64_t{5}}})),
              ElementsAre("1"));
  EXPECT_THAT(items(tale.run("OFF-HOURS-ADMIN", kFrom, kUntil,
                             {{"begin_hour", std::int64_t{0}}, {"end_hour", std::int64_t{0}}})),
              IsEmpty());
}

TEST(OffHoursAdmin, CountsWeekendsOnlyWhereTheTenantSaysSo) {
  Tale tale;
  act(tale, "2026-01-09T12:00:00Z", "ana");
  const auto saturday = act(tale, "2026-01-10T12:00:00Z", "ana");
  const auto sunday = act(tale, "2026-01-11T12:00:00Z", "ana");
  act(tale, "2026-01-12T12:00:00Z", "ana");
  EXPECT_THAT(items(tale.run("OFF-HOURS-ADMIN", kFrom, kUntil)), IsEmpty());
  const auto result = tale.run("OFF-HOURS-ADMIN", kFrom, kUntil, {{"weekend", std::int64_t{1}}});
  ASSERT_THAT(items(result), ElementsAre(std::to_string(saturday), std::to_string(sunday)));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("at 12:00 on a Saturday"));
  EXPECT_THAT(result.exceptions[1].observed, HasSubstr("on a Sunday"));
}

TEST(OffHoursAdmin, NotesAnewAfterEightQuietHours) {
  Tale tale;
  const auto first = act(tale, "2026-01-05T10:00:00Z", "ana");
  act(tale, "2026-01-05T18:00:00Z", "ana");
  const auto anew = act(tale, "2026-01-06T02:00:01Z", "ana");
  EXPECT_THAT(items(tale.run("OFF-HOURS-ADMIN", kFrom, kUntil,
                             {{"begin_hour", std::int64_t{9}}, {"end_hour", std::int64_t{10}}})),
              ElementsAre(std::to_string(first), std::to_string(anew)));
}

constexpr const char* kNine = "2026-01-05T09:00:00Z";

std::uint64_t reset(Tale& tale, std::int64_t second, const std::string& who, const char* source = "shop") {
  return tale.say(after(kNine, second), "factor.reset", {{"actor.id", who}}, source);
}

TEST(FactorResetBurst, FindsTheFifthResetWithinTheHourAndNotesAWaveOnce) {
  Tale tale;
  for (int i = 0; i < 4; ++i) reset(tale, i * 900, "u" + std::to_string(i));
  const auto fifth = reset(tale, 3'600, "u4");
  for (int i = 5; i < 30; ++i) reset(tale, 3'600 + (i - 4) * 850, "u" + std::to_string(i));
  const auto result = tale.run("FACTOR-RESET-BURST", kFrom, kUntil);
  EXPECT_EQ(result.population, 30u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(fifth)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(0u, 1u, 2u, 3u, 4u));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("in records that name 5 accounts"));
}

TEST(FactorResetBurst, CountsEachResetOfAllFactorsByOneAdministrator) {
  Tale tale;
  for (int i = 0; i < 5; ++i) reset(tale, i, "helpdesk", "okta");
  EXPECT_THAT(items(tale.run("FACTOR-RESET-BURST", kFrom, kUntil)), ElementsAre("4"));
}

TEST(FactorResetBurst, CountsAnAccountOfWhichEachFactorIsResetOnce) {
  Tale tale;
  for (int i = 0; i < 6; ++i) {
    for (const char* factor : {"sms", "totp"}) {
      tale.say(after(kNine, i * 60), "factor.reset",
               {{"actor.id", "u" + std::to_string(i)}, {"challenge.factor", factor}});
    }
  }
  EXPECT_THAT(items(tale.run("FACTOR-RESET-BURST", kFrom, kUntil)), ElementsAre("8"));
}

TEST(FactorResetBurst, LeavesFourAnHourTwoTellersAndAllFactorsOfOnePersonAlone) {
  Tale tale;
  for (int i = 0; i < 4; ++i) {
    reset(tale, 0, "u" + std::to_string(i));
    reset(tale, 0, "00u" + std::to_string(i), "okta");
  }
  reset(tale, 3'601, "u9");
  for (const char* factor : {"sms", "email", "totp", "passkey", "push"}) {
    tale.say(after(kNine, 20'000), "factor.reset", {{"actor.id", "ana"}, {"challenge.factor", factor}});
  }
  EXPECT_THAT(items(tale.run("FACTOR-RESET-BURST", kFrom, kUntil)), IsEmpty());
}

void beat(Tale& tale, const char* source, const char* from, std::int64_t seconds, std::int64_t every,
          const char* type = "source.heartbeat") {
  for (std::int64_t at = 0; at <= seconds; at += every) tale.say(after(from, at), type, {}, source);
}

TEST(SourceSilence, FindsASourceWithHeartbeatsThatMissesThem) {
  Tale tale;
  beat(tale, "shop", "2026-01-02T00:00:00Z", 2 * 86'400, 300);
  const auto last = tale.records().size() - 1;
  beat(tale, "shop", "2026-01-04T00:17:00Z", 86'400, 300);
  const auto result = tale.run("SOURCE-SILENCE", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("shop 2026-01-04 00:00"));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(last));
  EXPECT_EQ(result.exceptions[0].observed,
            "nothing was heard for 16 minutes after 2026-01-04 00:00 UTC; allowed are 900 s");
  EXPECT_EQ(result.population, 2u);
}

TEST(SourceSilence, LeavesASilenceJustShortEnoughQuietNightsAndNewSourcesAlone) {
  Tale tale;
  beat(tale, "shop", "2026-01-02T00:00:00Z", 2 * 86'400, 300);
  beat(tale, "shop", "2026-01-04T00:16:00Z", 2 * 86'400, 300);
  EXPECT_THAT(items(tale.run("SOURCE-SILENCE", kFrom, kUntil)), IsEmpty());
  Tale quiet;
  quiet.say("2026-01-02T08:00:00Z", "login.succeeded", {}, "trial");  // never heard again
  for (int day = 0; day < 20; ++day)
    beat(quiet, "twilio", after("2026-01-02T09:00:00Z", day * 86'400).c_str(), 8 * 3'600, 1'800,
         "challenge.delivered");
  EXPECT_THAT(items(quiet.run("SOURCE-SILENCE", kFrom, kUntil)), IsEmpty());
}

TEST(SourceSilence, SeesASilenceThatLastsToTheEndOfWhatIsKnown) {
  Tale tale;
  tale.say("2026-01-02T00:00:00Z", "login.succeeded", {}, "shop");
  tale.say("2026-01-03T00:00:00Z", "login.succeeded", {}, "shop");
  tale.say("2026-01-04T00:01:00Z", "login.succeeded", {}, "crm");
  EXPECT_THAT(items(tale.run("SOURCE-SILENCE", kFrom, kUntil)), IsEmpty());
  tale.say("2026-01-04T00:01:01Z", "login.succeeded", {}, "crm");
  EXPECT_THAT(items(tale.run("SOURCE-SILENCE", kFrom, kUntil)), ElementsAre("shop 2026-01-03 00:00"));
  // It belongs to the period in which it became too long.
  EXPECT_THAT(items(tale.run("SOURCE-SILENCE", kFrom, "2026-01-04T00:01:00Z")), IsEmpty());
  EXPECT_THAT(items(tale.run("SOURCE-SILENCE", "2026-01-04T00:01:00Z", kUntil)), IsEmpty());
}

TEST(SourceSilence, EndsWithTheServiceOfASource) {
  Tale tale;
  beat(tale, "old", "2026-01-02T00:00:00Z", 2 * 86'400, 300);
  tale.system("2026-01-04T00:10:00Z", "source.revoked", {{"action.resource", "old"}});
  tale.say("2026-01-20T00:00:00Z", "login.succeeded", {}, "shop");
  const auto result = tale.run("SOURCE-SILENCE", kFrom, kUntil);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_EQ(result.population, 1u);
}

TEST(SourceSilence, HearsNothingInImportedHistory) {
  Tale tale;
  beat(tale, "shop", "2026-01-02T00:00:00Z", 86'400 + 3'600, 300);
  for (int i = 0; i < 10; ++i)
    tale.say("2026-01-01T00:00:00Z", "login.succeeded", {}, "shop", "backfill", 2 * 86'400 + 3'900 + i * 300);
  EXPECT_THAT(items(tale.run("SOURCE-SILENCE", kFrom, kUntil)), ElementsAre("shop 2026-01-03 01:00"));
}

TEST(SourceSilence, HearsNothingInTestsOfTheAppliancesOwn) {
  Tale tale;
  beat(tale, "shop", "2026-01-02T00:00:00Z", 86'400 + 3'600, 300);
  for (const auto* at : {"2026-01-03T01:10:00Z", "2026-01-04T02:00:00Z"})
    tale.say(at, "source.heartbeat", {{"action.resource", "shop"}}, "countersign", "none");
  tale.say("2026-01-06T00:00:00Z", "login.succeeded", {}, "crm");
  const auto result = tale.run("SOURCE-SILENCE", kFrom, kUntil);
  EXPECT_THAT(items(result), ElementsAre("shop 2026-01-03 01:00")) << "and none of the appliance itself";
}

/// One thing that each detection notes, in two days of which much is at one moment.
Tale eventful() {
  Tale tale;
  beat(tale, "monitor", "2025-12-01T00:00:00Z", 0, 1);
  const auto say = [&](std::int64_t second, std::string_view type, Tale::Members members) {
    return tale.say(after(kNine, second), type, members);
  };
  say(-20 * 86'400, "challenge.verified",
      {{"actor.id", "bob"}, {"challenge.factor", "passkey"}, {"challenge.purpose", "login"}});
  beat(tale, "shop", "2026-01-04T09:00:00Z", 86'400, 600);
  for (int i = 0; i < 30; ++i) {
    const auto id = "u" + std::to_string(i);
    say(i * 20, "challenge.failed", {{"actor.id", "ana"}, {"challenge.id", id}, {"device.ip", "192.0.2.1"}});
    say(i * 20, "challenge.failed", {{"actor.id", id}, {"device.ip", "192.0.2.2"}});
    say(i * 20, "challenge.sent",
        {{"actor.id", "carol"}, {"challenge.id", "f" + id}, {"challenge.factor", "push"}});
    say(i * 20, "factor.reset", {{"actor.id", id}});
    say(i * 20, "login.succeeded", {{"actor.id", "dave"}, {"device.country", i % 2 == 0 ? "DE" : "BR"}});
    say(i * 20, "challenge.verified",
        {{"actor.id", id},
         {"challenge.id", "s" + id},
         {"challenge.purpose", "signup"},
         {"device.fingerprint", "d1"}});
  }
  say(605, "challenge.verified", {{"actor.id", "ana"}, {"challenge.id", "c"}});
  say(700, "challenge.failed", {{"actor.id", "ana"}, {"challenge.id", "c"}});
  say(700, "challenge.verified",
      {{"actor.id", "bob"},
       {"challenge.factor", "sms"},
       {"challenge.purpose", "login"},
       {"device.fingerprint", "new"}});
  for (int i = 0; i < 60; ++i) {
    const auto id = "p" + std::to_string(i);
    say(900 + i, "challenge.sent",
        {{"challenge.id", id},
         {"challenge.factor", "sms"},
         {"challenge.purpose", "signup"},
         {"challenge.provider", "twilio"},
         {"device.country", "XX"}});
    say(960 + i, "challenge.undelivered", {{"challenge.id", id}, {"challenge.provider", "twilio"}});
  }
  for (int i = 0; i < 10; ++i) act(tale, after("2026-01-05T23:00:00Z", i * 60), "eve");
  tale.say("2026-01-05T23:20:00Z", "source.heartbeat", {}, "monitor");
  return tale;
}

TEST(Detections, FindTheSameOverOnePeriodAsOverManyThatFollowEachOther) {
  const auto tale = eventful();
  constexpr int kHours = 24 * 7;
  std::vector<reports::Workspace> parts;
  const std::string start = "2026-01-01T00:00:00Z";
  auto whole = tale.workspace(start, after(start, kHours * 3'600));
  for (int hour = 0; hour < kHours; hour += 2)
    parts.push_back(tale.workspace(after(start, hour * 3'600), after(start, (hour + 2) * 3'600)));
  int detections = 0;
  for (const auto& detection : reports::Catalogue::built_in().definitions()) {
    if (detection.kind != reports::Kind::detection) continue;
    ++detections;
    const auto once = reports::run_control(whole, detection, {});
    ASSERT_TRUE(once) << once.error().message;
    EXPECT_EQ(once->exceptions_total, 1u) << detection.id;
    std::vector<std::string> found;
    for (auto& part : parts) {
      const auto some = reports::run_control(part, detection, {});
      ASSERT_TRUE(some) << some.error().message;
      for (const auto& item : items(*some)) found.push_back(item);
    }
    EXPECT_EQ(found, items(*once)) << detection.id;
  }
  EXPECT_EQ(detections, 13);
}

}  // namespace
}  // namespace countersign::testing
