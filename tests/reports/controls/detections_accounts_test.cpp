#include "tests/reports/controls/moments.h"
#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kNine = "2026-01-15T09:00:00Z";
constexpr std::int64_t kDay = 86'400;

/// Known long before everything else.
void begin(Tale& tale) { tale.say("2025-11-01T00:00:00Z", "source.heartbeat", {}); }

std::uint64_t login(Tale& tale, std::int64_t second, const char* who, const char* country, int asn = 1) {
  return tale.say(after(kNine, second), "login.succeeded",
                  {{"actor.id", who}, {"device.country", country}, {"device.asn", asn}});
}

TEST(ImpossibleTravel, FindsTheSecondCountryWithinTheWindowAndNotesToAndFroOnce) {
  Tale tale;
  login(tale, 0, "ana", "DE");
  const auto other = login(tale, 600, "ana", "BR");
  for (int i = 2; i < 30; ++i) login(tale, i * 600, "ana", i % 2 == 0 ? "DE" : "BR");
  const auto result = tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(other)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(0u, other));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("the second one being BR"));
}

TEST(ImpossibleTravel, FindsTwoCountriesExactlyAWindowApart) {
  Tale tale;
  login(tale, 0, "ana", "DE");
  const auto there = login(tale, 3'600, "ana", "BR");
  login(tale, 3'660, "ana", "BR");
  const auto back = login(tale, 3'720, "ana", "DE");
  EXPECT_THAT(items(tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil)),
              ElementsAre(std::to_string(there), std::to_string(back)));
}

TEST(ImpossibleTravel, ComparesLoginsWithPassedChallenges) {
  Tale tale;
  login(tale, 0, "ana", "DE");
  const auto pass = tale.say(after(kNine, 60), "challenge.verified",
                             {{"actor.id", "ana"}, {"device.country", "BR"}, {"challenge.id", "c"}});
  EXPECT_THAT(items(tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil)), ElementsAre(std::to_string(pass)));
}

TEST(ImpossibleTravel, LeavesTravellersOtherWaysToWriteACountryAndUnknownOnesAlone) {
  Tale tale;
  login(tale, 0, "ana", "DE");
  login(tale, 3'601, "ana", "FR");  // a second beyond the window
  login(tale, 3'700, "ana", "fr");
  login(tale, 3'800, "ana", "France");
  login(tale, 3'900, "ana", "FR");
  tale.say(after(kNine, 4'000), "login.succeeded", {{"actor.id", "ana"}});
  tale.say(after(kNine, 4'100), "login.failed", {{"actor.id", "ana"}, {"device.country", "BR"}});
  login(tale, 4'200, "bob", "BR");
  const auto result = tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_EQ(result.population, 6u);
}

TEST(ImpossibleTravel, LeavesNetworksThatTheTenantListsOut) {
  Tale tale;
  login(tale, 0, "ana", "DE", 64'500);
  login(tale, 60, "ana", "BR", 64'501);
  EXPECT_EQ(tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil).exceptions_total, 1u);
  const auto result = tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil, {{"vpn_asns", std::string("[64501]")}});
  EXPECT_EQ(result.exceptions_total, 0u);
  EXPECT_EQ(result.population, 1u);
}

TEST(ImpossibleTravel, SeesTwoCountriesAtOneMoment) {
  Tale tale;
  login(tale, 0, "ana", "DE");
  const auto second = login(tale, 0, "ana", "BR");
  EXPECT_THAT(items(tale.run("IMPOSSIBLE-TRAVEL", kFrom, kUntil)), ElementsAre(std::to_string(second)));
}

std::uint64_t sign_up(Tale& tale, std::int64_t second, const std::string& who, const char* phone,
                      const char* device, bool passed = true, const char* source = "shop") {
  tale.say(after(kNine, second), "challenge.sent",
           {{"actor.id", who},
            {"actor.phone", phone},
            {"challenge.id", who + std::to_string(second)},
            {"challenge.factor", "sms"},
            {"challenge.purpose", "signup"}},
           source);
  return tale.say(after(kNine, second + 20), passed ? "challenge.verified" : "challenge.failed",
                  {{"actor.id", who},
                   {"challenge.id", who + std::to_string(second)},
                   {"challenge.purpose", "signup"},
                   {"device.fingerprint", device}},
                  source);
}

TEST(TrialFarming, FindsTheThirdAccountOfAPhoneAndOfADeviceAndNotTheFourth) {
  Tale tale;
  sign_up(tale, 0, "u1", "+491511", "d1");
  sign_up(tale, kDay, "u2", "+491511", "d2");
  const auto by_phone = sign_up(tale, 2 * kDay, "u3", "+491511", "d3");
  sign_up(tale, 3 * kDay, "u4", "+491511", "d4");
  sign_up(tale, 3 * kDay + 60, "v1", "+491512", "d9");
  sign_up(tale, 3 * kDay + 120, "v2", "+491513", "d9");
  const auto by_device = sign_up(tale, 3 * kDay + 180, "v3", "+491514", "d9");
  const auto result = tale.run("TRIAL-FARMING", kFrom, kUntil);
  EXPECT_EQ(result.population, 7u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(by_phone), std::to_string(by_device)));
  EXPECT_EQ(result.exceptions[0].observed, "3 accounts were signed up with one phone within 604800 s");
  EXPECT_EQ(result.exceptions[1].observed, "3 accounts were signed up with one device within 604800 s");
}

TEST(TrialFarming, LeavesTwoAccountsOneThatNeverPassesAndRepetitionsAlone) {
  Tale tale;
  sign_up(tale, 0, "u1", "+491511", "d1");
  sign_up(tale, 60, "u1", "+491511", "d1");  // once more
  sign_up(tale, 120, "u2", "+491511", "d1");
  sign_up(tale, 180, "u3", "+491511", "d1", false);
  sign_up(tale, 240, "00u1", "+491511", "d1", true, "okta");  // another name of one of them
  tale.say(after(kNine, 300), "challenge.verified",
           {{"actor.phone", "+491511"}, {"challenge.id", "p"}, {"challenge.purpose", "signup"}});
  // More than a week after the first two.
  sign_up(tale, 7 * kDay + 181, "u4", "+491511", "d1");
  EXPECT_THAT(items(tale.run("TRIAL-FARMING", kFrom, kUntil)), IsEmpty());
  const auto third = sign_up(tale, 7 * kDay + 200, "u5", "+491511", "d1");
  sign_up(tale, 7 * kDay + 220, "u5", "+491511", "d1");
  EXPECT_THAT(items(tale.run("TRIAL-FARMING", kFrom, kUntil)), IsEmpty()) << third;
  const auto now = sign_up(tale, 7 * kDay + 300, "u6", "+491511", "d1");
  EXPECT_THAT(items(tale.run("TRIAL-FARMING", kFrom, kUntil)), ElementsAre(std::to_string(now)));
}

TEST(TrialFarming, CountsAccountsAndNotPassesWithinExactlyTheWindow) {
  for (const std::int64_t late : {0, 1}) {
    Tale tale;
    sign_up(tale, 0, "u1", "+491511", "d1");
    sign_up(tale, 60, "u2", "+491512", "d1");
    sign_up(tale, 120, "u2", "+491512", "d1");
    // The window reaches back to what carries the device.
    const auto third = sign_up(tale, 7 * kDay + late, "u3", "+491513", "d1");
    sign_up(tale, 7 * kDay + 60, "u3", "+491513", "d1");
    const auto found = items(tale.run("TRIAL-FARMING", kFrom, kUntil));
    if (late == 0) {
      EXPECT_THAT(found, ElementsAre(std::to_string(third)));
    }
    if (late == 1) {
      EXPECT_THAT(found, IsEmpty());
    }
  }
  Tale tale;
  sign_up(tale, 0, "u1", "+491511", "d1");
  sign_up(tale, 60, "u2", "+491511", "d2");
  sign_up(tale, 120, "u2", "+491511", "d3");
  const auto third = sign_up(tale, 180, "u3", "+491511", "d4");
  sign_up(tale, 240, "u3", "+491511", "d5");
  sign_up(tale, 300, "v1", "+491521", "d9");
  sign_up(tale, 360, "v2", "+491522", "d9");
  const auto other = sign_up(tale, 420, "v3", "+491523", "d9");
  sign_up(tale, 480, "v3", "+491524", "d9");
  EXPECT_THAT(items(tale.run("TRIAL-FARMING", kFrom, kUntil)),
              ElementsAre(std::to_string(third), std::to_string(other)));
}

TEST(TrialFarming, TakesAPassThatAProviderTellsOfFirst) {
  Tale tale;
  for (int i = 0; i < 2; ++i) sign_up(tale, i * 60, "u" + std::to_string(i), "+491511", "d1");
  tale.say(after(kNine, 600), "challenge.sent",
           {{"actor.id", "u3"},
            {"actor.phone", "+491511"},
            {"challenge.id", "c3"},
            {"challenge.purpose", "signup"}});
  tale.say(after(kNine, 610), "challenge.verified", {{"challenge.id", "c3"}}, "twilio");
  const auto told = tale.say(after(kNine, 611), "challenge.verified",
                             {{"actor.id", "u3"}, {"challenge.id", "c3"}, {"challenge.purpose", "signup"}});
  EXPECT_THAT(items(tale.run("TRIAL-FARMING", kFrom, kUntil)), ElementsAre(std::to_string(told)));
}

std::uint64_t pass(Tale& tale, std::int64_t second, const char* who, const char* factor,
                   const char* device = "home", const char* purpose = "login") {
  return tale.say(after(kNine, second), "challenge.verified",
                  {{"actor.id", who},
                   {"challenge.id", std::string(who) + std::to_string(second)},
                   {"challenge.factor", factor},
                   {"challenge.purpose", purpose},
                   {"device.fingerprint", device}});
}

std::uint64_t fail(Tale& tale, std::int64_t second, const char* who, const char* factor) {
  return tale.say(after(kNine, second), "challenge.failed",
                  {{"actor.id", who}, {"challenge.factor", factor}, {"challenge.purpose", "login"}});
}

TEST(FactorDowngrade, FindsAWeakerFactorOnANewDeviceAndAfterTheStrongerOneFailed) {
  Tale tale;
  begin(tale);
  const auto strong = pass(tale, -10 * kDay, "ana", "passkey");
  const auto elsewhere = pass(tale, 0, "ana", "sms", "other");
  pass(tale, -30 * kDay, "bob", "totp");
  const auto failed = fail(tale, -600, "bob", "totp");
  const auto fallback = pass(tale, 0, "bob", "email");
  const auto result = tale.run("FACTOR-DOWNGRADE", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(elsewhere), std::to_string(fallback)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(strong, elsewhere));
  EXPECT_EQ(result.exceptions[0].observed,
            "passed with sms, which the account had not used in 30 days, in place of passkey, from a device "
            "with which it had no success before");
  EXPECT_THAT(result.exceptions[1].records, ::testing::Contains(failed));
  EXPECT_THAT(result.exceptions[1].observed, HasSubstr("after a stronger factor had failed"));
}

TEST(FactorDowngrade, LeavesHabitsEqualFactorsOldStrengthAndKnownDevicesAlone) {
  Tale tale;
  begin(tale);
  pass(tale, -20 * kDay, "habit", "totp");
  pass(tale, -10 * kDay, "habit", "sms");
  fail(tale, -60, "habit", "totp");
  pass(tale, 0, "habit", "email", "other");
  pass(tale, -10 * kDay, "weak", "push");
  pass(tale, 0, "weak", "sms", "other");  // push is no strong factor
  pass(tale, -30 * kDay - 1, "old", "passkey");
  pass(tale, 0, "old", "sms", "other");
  pass(tale, -10 * kDay, "known", "passkey");
  pass(tale, 0, "known", "totp");
  pass(tale, -10 * kDay, "late", "passkey");
  fail(tale, -601, "late", "passkey");
  pass(tale, 0, "late", "sms");
  pass(tale, -10 * kDay, "up", "totp");
  pass(tale, 0, "up", "passkey", "other");
  pass(tale, -10 * kDay, "phone", "passkey");
  pass(tale, 0, "phone", "sms", "other", "signup");  // of another purpose
  EXPECT_THAT(items(tale.run("FACTOR-DOWNGRADE", kFrom, kUntil)), IsEmpty());
}

TEST(FactorDowngrade, TestsNothingOfWhichTheDaysBeforeAreNotKnown) {
  Tale tale;
  tale.say("2025-12-16T09:00:01Z", "source.heartbeat", {});
  pass(tale, -10 * kDay, "ana", "passkey");
  pass(tale, 0, "ana", "sms", "other");
  pass(tale, 1, "bob", "sms", "other");
  const auto result = tale.run("FACTOR-DOWNGRADE", kFrom, kUntil);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_EQ(result.population, 1u);
}

TEST(FactorDowngrade, NotesAPassThatTwoSourcesTellOfOnceAndALoginBeforeItHidesNothing) {
  Tale tale;
  begin(tale);
  pass(tale, -10 * kDay, "ana", "passkey");
  tale.say(after(kNine, -5), "login.succeeded", {{"actor.id", "ana"}, {"device.fingerprint", "other"}});
  const auto first = pass(tale, 0, "ana", "sms", "other");
  tale.say(after(kNine, 1), "challenge.verified",
           {{"actor.id", "ana"},
            {"challenge.id", "ana0"},
            {"challenge.factor", "sms"},
            {"challenge.purpose", "login"},
            {"device.fingerprint", "other"}},
           "okta");
  EXPECT_THAT(items(tale.run("FACTOR-DOWNGRADE", kFrom, kUntil)), ElementsAre(std::to_string(first)));
}

}  // namespace
}  // namespace countersign::testing
