#include "tests/reports/controls/moments.h"
#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kNine = "2026-01-05T09:00:00Z";

std::uint64_t send(Tale& tale, std::int64_t second, const std::string& who, const std::string& challenge,
                   const char* factor = "sms", const char* source = "shop") {
  return tale.say(after(kNine, second), "challenge.sent",
                  {{"actor.id", who}, {"challenge.id", challenge}, {"challenge.factor", factor}}, source);
}

std::uint64_t pass(Tale& tale, std::int64_t second, const std::string& who, const std::string& challenge,
                   const char* source = "shop") {
  return tale.say(after(kNine, second), "challenge.verified",
                  {{"actor.id", who}, {"challenge.id", challenge}}, source);
}

/// The log goes on, so that what was before it is over.
void go_on(Tale& tale, std::int64_t second) { tale.say(after(kNine, second), "source.heartbeat", {}); }

TEST(OtpFlooding, FindsTheFifthSendWithoutAPassAndNoOther) {
  Tale tale;
  for (int i = 0; i < 12; ++i) {
    send(tale, i * 50, "ana", "c" + std::to_string(i / 3), i % 2 == 0 ? "push" : "sms");
  }
  const auto result = tale.run("OTP-FLOODING", kFrom, kUntil);
  EXPECT_EQ(result.population, 12u);
  ASSERT_THAT(items(result), ElementsAre("4"));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(0u, 1u, 2u, 3u, 4u));
}

TEST(OtpFlooding, CountsFiveWithinExactlyTheWindowAndNotASecondLonger) {
  Tale inside, outside;
  for (int i = 0; i < 5; ++i) send(inside, i == 4 ? 600 : i, "ana", "c");
  for (int i = 0; i < 5; ++i) send(outside, i == 4 ? 601 : i, "ana", "c");
  EXPECT_EQ(inside.run("OTP-FLOODING", kFrom, kUntil).exceptions_total, 1u);
  EXPECT_EQ(outside.run("OTP-FLOODING", kFrom, kUntil).exceptions_total, 0u);
}

TEST(OtpFlooding, LeavesBusyPeopleWhoPassAndCodesThatAreSentAgainAlone) {
  Tale tale;
  for (int i = 0; i < 10; ++i) {
    const auto challenge = "c" + std::to_string(i);
    send(tale, i * 50, "ana", challenge);
    send(tale, i * 50 + 20, "ana", challenge);  // sent again
    pass(tale, i * 50 + 30, "ana", challenge);
  }
  for (int i = 0; i < 4; ++i) {  // two sources tell of each
    send(tale, i * 100, "bob", "b" + std::to_string(i));
    send(tale, i * 100 + 1, "bob", "b" + std::to_string(i), "sms", "twilio");
  }
  EXPECT_THAT(items(tale.run("OTP-FLOODING", kFrom, kUntil)), IsEmpty());
}

TEST(OtpFlooding, NotesAFloodThatGoesOnOnceAndAnewAfterItWasGivenInTo) {
  Tale tale;
  for (int i = 0; i < 5; ++i) send(tale, i * 10, "ana", "c");
  pass(tale, 45, "ana", "c");
  for (int i = 0; i < 60; ++i) send(tale, 60 + i * 149, "ana", "d");
  EXPECT_THAT(items(tale.run("OTP-FLOODING", kFrom, kUntil)), ElementsAre("4", "10"));
}

/// Challenges to sign up by SMS, one each ten seconds, from a country; the first `passed` of them are passed.
void sign_up(Tale& tale, std::int64_t second, int count, int passed, const char* country,
             const std::string& name) {
  for (int i = 0; i < count; ++i) {
    const auto id = name + std::to_string(i);
    const auto at = second + i * 10;
    tale.say(after(kNine, at), "challenge.sent",
             {{"actor.id", id},
              {"actor.phone", "+49151" + id},
              {"challenge.id", id},
              {"challenge.factor", "sms"},
              {"challenge.purpose", "signup"},
              {"device.country", country}});
    tale.say(after(kNine, at), "challenge.sent",
             {{"actor.phone", "+49151" + id},
              {"challenge.id", id},
              {"challenge.factor", "sms"},
              {"challenge.provider", "twilio"}},
             "twilio");
    if (i < passed) {
      tale.say(after(kNine, at + 30), "challenge.verified",
               {{"actor.id", id}, {"challenge.id", id}, {"challenge.purpose", "signup"}});
    }
  }
}

TEST(SmsPumping, FindsTheHourAndCountryInWhichNobodyPasses) {
  Tale tale;
  sign_up(tale, 0, 60, 40, "DE", "a");
  sign_up(tale, 600, 60, 17, "XX", "b");
  go_on(tale, 3'600 + 900);
  const auto result = tale.run("SMS-PUMPING", kFrom, kUntil);
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre("XX 2026-01-05 09:00"));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("17 of 60 challenges to sign up"));
  EXPECT_EQ(result.exceptions[0].records.size(), 60u);
}

TEST(SmsPumping, LeavesAShareJustHighEnoughAndTooFewSendsAlone) {
  Tale tale;
  sign_up(tale, 0, 60, 18, "DE", "a");
  sign_up(tale, 0, 49, 0, "XX", "b");
  go_on(tale, 3'600 + 900);
  const auto result = tale.run("SMS-PUMPING", kFrom, kUntil);
  EXPECT_EQ(result.population, 2u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(SmsPumping, JudgesAnHourOnlyWhenTheLastCodeCanHaveBeenUsed) {
  Tale tale;
  sign_up(tale, 0, 60, 0, "XX", "a");
  go_on(tale, 3'600 + 899);
  EXPECT_EQ(tale.run("SMS-PUMPING", kFrom, kUntil).population, 0u);
  go_on(tale, 3'600 + 900);
  EXPECT_THAT(items(tale.run("SMS-PUMPING", kFrom, kUntil)), ElementsAre("XX 2026-01-05 09:00"));
  EXPECT_EQ(tale.run("SMS-PUMPING", kFrom, "2026-01-05T10:14:59Z").population, 0u);
  EXPECT_EQ(tale.run("SMS-PUMPING", kFrom, "2026-01-05T10:15:00Z").exceptions_total, 1u);
  EXPECT_EQ(tale.run("SMS-PUMPING", "2026-01-05T10:15:00Z", kUntil).population, 0u);
}

TEST(SmsPumping, CountsNeitherLoginsNorFlowsThatEndWithAnotherFactor) {
  Tale tale;
  for (int i = 0; i < 60; ++i) {
    const auto id = "u" + std::to_string(i);
    tale.say(after(kNine, i), "challenge.sent",
             {{"actor.id", id},
              {"challenge.id", id},
              {"challenge.factor", "sms"},
              {"challenge.purpose", "login"}});
    tale.say(after(kNine, i), "challenge.sent", {{"challenge.id", id}, {"challenge.factor", "sms"}},
             "twilio");
    tale.say(after(kNine, i), "challenge.sent",
             {{"actor.id", id},
              {"challenge.id", "v" + id},
              {"challenge.factor", "voice"},
              {"device.country", "FR"}});
    tale.say(after(kNine, i + 60), "challenge.verified",
             {{"actor.id", id}, {"challenge.id", "w" + id}, {"challenge.factor", "email"}});
  }
  go_on(tale, 5'000);
  const auto result = tale.run("SMS-PUMPING", kFrom, kUntil);
  EXPECT_EQ(result.population, 1u);  // the voice calls, whose purpose nobody tells
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(SmsPumping, LeavesLoginsThatNobodyPassesAloneThoughAProviderTellsNoPurpose) {
  Tale tale;
  for (int i = 0; i < 60; ++i) {
    const auto id = "u" + std::to_string(i);
    tale.say(after(kNine, i), "challenge.sent",
             {{"challenge.id", id}, {"challenge.factor", "sms"}, {"challenge.purpose", "login"}});
    tale.say(after(kNine, i), "challenge.sent", {{"challenge.id", id}, {"challenge.factor", "sms"}},
             "twilio");
  }
  go_on(tale, 5'000);
  EXPECT_EQ(tale.run("SMS-PUMPING", kFrom, kUntil).population, 0u);
  EXPECT_EQ(tale.run("SMS-PUMPING", kFrom, kUntil).exceptions_total, 0u);
}

TEST(SmsPumping, TakesAPassUpToTheTimeAllowedAndNotASecondLater) {
  for (const std::int64_t late : {0, 1}) {
    Tale tale;
    sign_up(tale, 0, 60, 0, "XX", "a");
    for (int i = 0; i < 60; ++i)
      pass(tale, i * 10 + 900 + late, "a" + std::to_string(i), "a" + std::to_string(i));
    go_on(tale, 5'000);
    EXPECT_EQ(tale.run("SMS-PUMPING", kFrom, kUntil).exceptions_total, late == 0 ? 0u : 1u);
  }
}

TEST(SmsPumping, NamesDaysByTheCalendar) {
  const auto name = [](const char* from, const char* day) {
    Tale tale;
    const auto second = (base::parse_rfc3339(day)->micros - base::parse_rfc3339(kNine)->micros) / 1'000'000;
    sign_up(tale, second, 60, 0, "XX", "a");
    go_on(tale, second + 5'000);
    return items(tale.run("SMS-PUMPING", from, after(day, 86'400)));
  };
  EXPECT_THAT(name("2027-12-31T00:00:00Z", "2027-12-31T23:00:00Z"), ElementsAre("XX 2027-12-31 23:00"));
  EXPECT_THAT(name("2028-01-01T00:00:00Z", "2028-01-01T00:00:00Z"), ElementsAre("XX 2028-01-01 00:00"));
  EXPECT_THAT(name("2028-02-01T00:00:00Z", "2028-02-29T12:00:00Z"), ElementsAre("XX 2028-02-29 12:00"));
  EXPECT_THAT(name("2028-02-01T00:00:00Z", "2028-03-01T12:00:00Z"), ElementsAre("XX 2028-03-01 12:00"));
  EXPECT_THAT(name("2026-02-01T00:00:00Z", "2026-02-28T12:00:00Z"), ElementsAre("XX 2026-02-28 12:00"));
}

/// Challenges by a provider, one a second, as an application and the provider tell them; of some the provider
/// says that they were not delivered.
void deliver(Tale& tale, std::int64_t second, int count, int lost, const char* provider,
             std::int64_t told_after_s = 20) {
  for (int i = 0; i < count; ++i) {
    const auto id = std::string(provider) + std::to_string(second + i);
    tale.say(after(kNine, second + i), "challenge.sent",
             {{"actor.id", id},
              {"challenge.id", id},
              {"challenge.factor", "sms"},
              {"challenge.provider", provider}});
    tale.say(after(kNine, second + i), "challenge.sent",
             {{"challenge.id", id}, {"challenge.factor", "sms"}, {"challenge.provider", provider}}, provider);
    tale.say(after(kNine, second + i + told_after_s),
             i < lost ? "challenge.undelivered" : "challenge.delivered",
             {{"challenge.id", id}, {"challenge.provider", provider}}, provider);
  }
}

TEST(ProviderFailures, FindsTheQuarterOfAnHourInWhichAProviderFails) {
  Tale tale;
  deliver(tale, 0, 100, 0, "twilio");
  deliver(tale, 900, 100, 21, "twilio");
  deliver(tale, 900, 100, 0, "vonage");
  go_on(tale, 2'700);
  const auto result = tale.run("PROVIDER-FAILURES", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre("twilio 2026-01-05 09:15"));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("21 of 100 challenges"));
  EXPECT_EQ(result.exceptions[0].records.size(), 21u);
}

TEST(ProviderFailures, LeavesAFifthOfTheSendsAndFewFailuresAlone) {
  Tale tale;
  deliver(tale, 0, 100, 20, "twilio");
  deliver(tale, 900, 30, 19, "twilio");
  deliver(tale, 1'800, 60, 60, "vonage", 901);  // told too late to count
  go_on(tale, 5'000);
  EXPECT_THAT(items(tale.run("PROVIDER-FAILURES", kFrom, kUntil)), IsEmpty());
}

TEST(ProviderFailures, JudgesAQuarterOnlyWhenReportsCanHaveCome) {
  Tale tale;
  deliver(tale, 0, 100, 50, "twilio");
  go_on(tale, 1'799);
  EXPECT_EQ(tale.run("PROVIDER-FAILURES", kFrom, kUntil).population, 0u);
  go_on(tale, 1'800);
  EXPECT_EQ(tale.run("PROVIDER-FAILURES", kFrom, kUntil).exceptions_total, 1u);
}

TEST(ProviderFailures, CountsAChallengeThatIsSentAgainOnce) {
  Tale tale;
  for (int i = 0; i < 19; ++i) {
    for (int again = 0; again < 3; ++again) {
      tale.say(after(kNine, i + again * 30), "challenge.sent",
               {{"challenge.id", "c" + std::to_string(i)}, {"challenge.provider", "twilio"}});
      tale.say(after(kNine, i + again * 30 + 5), "challenge.undelivered",
               {{"challenge.id", "c" + std::to_string(i)}, {"challenge.provider", "twilio"}});
    }
  }
  go_on(tale, 5'000);
  const auto result = tale.run("PROVIDER-FAILURES", kFrom, kUntil);
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
}

}  // namespace
}  // namespace countersign::testing
