#include "tests/reports/controls/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";
constexpr std::string_view kPhone = "+14155550100";
constexpr std::int64_t kDay = 86'400;

std::uint64_t log_in(Tale& tale, std::string_view time, std::string_view who, bool on_new,
                     std::string_view device, std::string_view session = "s1") {
  return tale.say(time, "login.succeeded",
                  {{"actor.id", std::string(who)},
                   {"device.fingerprint", std::string(device)},
                   {"device.new", on_new},
                   {"session.id", std::string(session)}});
}

TEST(SharedPhone, FindsAPhoneWithWhichTwoAccountsPass) {
  auto tale = begin_tale();
  const auto before =
      tell(tale, "2025-12-10T12:00:00Z", "challenge.verified", "ana", {.challenge = "c1", .phone = kPhone});
  const auto other = tell(tale, kNoon, "challenge.sent", "bob", {.challenge = "c2"});
  tell(tale, after(kNoon, 2), "challenge.delivered", "",
       {.challenge = "c2", .source = "twilio", .phone = kPhone});
  tell(tale, after(kNoon, 9), "challenge.verified", "bob", {.challenge = "c2"});
  tell(tale, kNoon, "challenge.verified", "carol", {.challenge = "c3", .phone = "+14155550101"});
  const auto result = in_january(tale, "SHARED-PHONE");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(other)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(before, other));
  EXPECT_EQ(result.exceptions[0].observed,
            "2 accounts at once pass challenges with this phone; at most 1 may");
  EXPECT_THAT(items(in_january(tale, "SHARED-PHONE", {{"accounts_most", std::int64_t{2}}})), IsEmpty());
}

TEST(SharedPhone, LetsANumberGoToSomebodyElseAndCountsOnlyWhoPassesByPhone) {
  auto tale = begin_tale();
  tell(tale, "2025-12-10T12:00:00Z", "challenge.verified", "ana", {.challenge = "c1", .phone = kPhone});
  tell(tale, "2025-12-20T12:00:00Z", "user.deprovisioned", "ana");
  tell(tale, kNoon, "challenge.verified", "bob", {.challenge = "c2", .phone = kPhone});
  tell(tale, after(kNoon, kDay), "factor.removed", "bob");
  tell(tale, after(kNoon, 2 * kDay), "challenge.verified", "carol", {.challenge = "c3", .phone = kPhone});
  tell(tale, after(kNoon, 3 * kDay), "challenge.failed", "dave", {.challenge = "c4", .phone = kPhone});
  tell(tale, after(kNoon, 4 * kDay), "challenge.verified", "erin",
       {.challenge = "c5", .factor = "totp", .phone = kPhone});
  const auto result = in_january(tale, "SHARED-PHONE");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(SharedPhone, DoesNotFindAgainWhatWasOverBeforeThePeriod) {
  auto tale = begin_tale();
  tell(tale, "2025-12-10T12:00:00Z", "challenge.verified", "ana", {.challenge = "c1", .phone = kPhone});
  tell(tale, "2025-12-11T12:00:00Z", "challenge.verified", "bob", {.challenge = "c2", .phone = kPhone});
  tell(tale, "2025-12-12T12:00:00Z", "factor.reset", "ana", {.factor = ""});
  tell(tale, kNoon, "challenge.verified", "bob", {.challenge = "c3", .phone = kPhone});
  EXPECT_THAT(items(in_january(tale, "SHARED-PHONE")), IsEmpty());
  EXPECT_EQ(tale.run("SHARED-PHONE", "2025-12-01T00:00:00Z", kFrom).exceptions_total, 1u);
}

TEST(SharedDevice, FindsADeviceWithFourAccountsWithinThirtyDays) {
  auto tale = begin_tale();
  const auto first = tell(tale, "2026-01-01T00:00:00Z", "challenge.verified", "a", {.device = "kiosk"});
  tell(tale, "2026-01-02T00:00:00Z", "login.succeeded", "b", {.device = "kiosk"});
  tell(tale, "2026-01-03T00:00:00Z", "login.succeeded", "c", {.device = "kiosk"});
  tell(tale, "2026-01-30T23:59:59Z", "login.succeeded", "d", {.device = "kiosk"});
  tell(tale, "2026-01-01T00:00:00Z", "challenge.verified", "a", {.device = "desk"});
  tell(tale, "2026-01-02T00:00:00Z", "login.succeeded", "b", {.device = "desk"});
  tell(tale, "2026-01-03T00:00:00Z", "login.succeeded", "c", {.device = "desk"});
  tell(tale, "2026-01-31T00:00:00Z", "login.succeeded", "d", {.device = "desk"});
  tell(tale, "2026-01-04T00:00:00Z", "login.failed", "d", {.device = "desk"});
  const auto result = in_january(tale, "SHARED-DEVICE");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(first)));
  EXPECT_EQ(result.exceptions[0].records.size(), 4u);
  EXPECT_EQ(result.exceptions[0].observed,
            "4 accounts within 30 days have successes on this device; at most 3 may");
}

TEST(SharedDevice, CountsAnAccountOnceHoweverOftenItSignsIn) {
  auto tale = begin_tale();
  for (int i = 0; i < 20; ++i) {
    for (const auto* who : {"a", "b", "c"})
      tell(tale, after(kFrom, i * kDay), "login.succeeded", who, {.device = "desk"});
  }
  const auto result = in_january(tale, "SHARED-DEVICE");
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(NewDeviceChallenge, FindsALoginOnANewDeviceThatNobodyChallenged) {
  auto tale = begin_tale();
  const auto bare = log_in(tale, kNoon, "ana", true, "laptop");
  tell(tale, after(kNoon, 901), "challenge.verified", "ana");
  tell(tale, after(kNoon, -900), "challenge.verified", "bob");
  log_in(tale, kNoon, "bob", true, "laptop");
  log_in(tale, kNoon, "carol", true, "laptop");
  tell(tale, after(kNoon, 900), "challenge.verified", "carol");
  log_in(tale, kNoon, "dave", false, "laptop");
  end_tale(tale);
  const auto result = in_january(tale, "NEW-DEVICE-CHALLENGE");
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(item(bare)));
}

TEST(NewDeviceChallenge, WantsTheChallengeBeforeTheNextActionOfThatSession) {
  auto tale = begin_tale();
  const auto early = log_in(tale, kNoon, "ana", true, "laptop");
  act(tale, after(kNoon, 30), "ana", "profile.view", {.session = "s1"});
  tell(tale, after(kNoon, 60), "challenge.verified", "ana");
  log_in(tale, kNoon, "bob", true, "laptop");
  act(tale, after(kNoon, 30), "bob", "profile.view", {.session = "s0"});
  act(tale, after(kNoon, 31), "bob", "update user", {.source = "okta"});
  tell(tale, after(kNoon, 60), "challenge.verified", "bob");
  end_tale(tale);
  EXPECT_THAT(items(in_january(tale, "NEW-DEVICE-CHALLENGE")), ElementsAre(item(early)));
}

TEST(NewDeviceChallenge, KnowsWhichDeviceIsNewWhereTheSourceNeverSays) {
  auto tale = begin_tale();
  tell(tale, "2025-09-01T00:00:00Z", "login.succeeded", "ana", {.device = "laptop"});
  const auto fresh = tell(tale, kNoon, "login.succeeded", "ana", {.device = "phone"});
  tell(tale, after(kNoon, kDay), "login.succeeded", "ana", {.device = "phone"});
  tell(tale, after(kNoon, kDay), "login.succeeded", "ana", {.device = "laptop"});
  // Whose first login it is has no other device; and another source has other names for devices.
  tell(tale, kNoon, "login.succeeded", "bob", {.device = "tablet"});
  tell(tale, after(kNoon, 2 * kDay), "login.succeeded", "ana", {.source = "okta", .device = "okta-1"});
  // Two sources tell of one login, and one of them knows the device.
  tell(tale, after(kNoon, 3 * kDay), "login.succeeded", "ana", {.device = "laptop"});
  tell(tale, after(kNoon, 3 * kDay + 2), "login.succeeded", "ana", {.source = "okta", .device = "okta-2"});
  end_tale(tale);
  const auto result = in_january(tale, "NEW-DEVICE-CHALLENGE");
  EXPECT_EQ(result.population, 1u);
  ASSERT_THAT(items(result), ElementsAre(item(fresh)));
  EXPECT_EQ(in_january(tale, "NEW-DEVICE-CHALLENGE", {{"remember_days", std::int64_t{194}}}).population, 0u);
}

TEST(PrivilegedMfa, FindsAnAdministratorWhoSignsInWithoutASecondFactor) {
  auto tale = begin_tale();
  const auto bare = tell(tale, kNoon, "login.succeeded", "ana", {.role = "Admin"});
  tell(tale, after(kNoon, -901), "challenge.verified", "ana");
  tell(tale, after(kNoon, -900), "challenge.verified", "bob");
  tell(tale, kNoon, "login.succeeded", "bob", {.role = "owner"});
  tell(tale, kNoon, "login.succeeded", "carol", {.role = "member"});
  end_tale(tale);
  const auto result = in_january(tale, "PRIVILEGED-MFA");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(bare)));
  EXPECT_EQ(result.exceptions[0].observed,
            "a login with the role Admin and no challenge of this person passed within 900 s of it");
}

TEST(PrivilegedMfa, WantsTheChallengeInTheSessionWhereOneSourceNamesBoth) {
  auto tale = begin_tale();
  tell(tale, after(kNoon, -60), "challenge.verified", "ana", {.session = "s1"});
  const auto other = tell(tale, kNoon, "login.succeeded", "ana", {.session = "s2", .role = "admin"});
  tell(tale, after(kNoon, -60), "challenge.verified", "bob", {.source = "okta", .session = "s3"});
  tell(tale, kNoon, "login.succeeded", "bob", {.session = "s4", .role = "admin"});
  tell(tale, after(kNoon, 60), "challenge.verified", "carol", {.session = "s5"});
  tell(tale, kNoon, "login.succeeded", "carol", {.session = "s5", .role = "admin"});
  end_tale(tale);
  const auto result = in_january(tale, "PRIVILEGED-MFA");
  ASSERT_THAT(items(result), ElementsAre(item(other)));
  EXPECT_THAT(result.exceptions[0].observed, EndsWith("in the same session"));
  EXPECT_THAT(items(in_january(tale, "PRIVILEGED-MFA", {{"same_session", std::int64_t{0}}})), IsEmpty());
}

TEST(PrivilegedMfa, DoesNotJudgeALoginWhoseChallengeMayBeYetToCome) {
  auto tale = begin_tale();
  tell(tale, kNoon, "login.succeeded", "ana", {.role = "admin"});
  tell(tale, after(kNoon, 899), "source.heartbeat", "");
  EXPECT_EQ(in_january(tale, "PRIVILEGED-MFA").population, 0u);
  tell(tale, after(kNoon, 900), "source.heartbeat", "");
  EXPECT_EQ(in_january(tale, "PRIVILEGED-MFA").exceptions_total, 1u);
}

TEST(RiskMfa, FindsARiskyLoginWithoutASecondFactor) {
  auto tale = begin_tale();
  const auto risky = [&](const char* who, int risk) {
    return tale.say(kNoon, "login.succeeded", {{"actor.id", who}, {"outcome.risk", risk}});
  };
  const auto bare = risky("ana", 70);
  risky("bob", 69);
  risky("carol", 100);
  tell(tale, after(kNoon, 900), "challenge.verified", "carol");
  tell(tale, after(kNoon, 901), "challenge.verified", "ana");
  end_tale(tale);
  const auto result = in_january(tale, "RISK-MFA");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre(item(bare)));
  EXPECT_EQ(result.exceptions[0].observed,
            "a login with the risk 70 and no challenge of this person passed within 900 s of it");
}

}  // namespace
}  // namespace countersign::testing
