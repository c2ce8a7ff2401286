#include "tests/reports/controls/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kNoon = "2026-01-10T12:00:00Z";

/// Sent, and three seconds later reported.
std::uint64_t send(Tale& tale, std::string_view time, std::string_view who, std::string_view challenge,
                   std::string_view report, std::string_view factor = "sms") {
  const auto seq =
      tell(tale, time, "challenge.sent", who, {.challenge = std::string(challenge), .factor = factor});
  tale.say(after(time, 3), report,
           {{"challenge.id", std::string(challenge)},
            {"challenge.factor", std::string(factor)},
            {"challenge.provider", "twilio"},
            {"actor.phone", "+14155550100"}},
           "twilio");
  return seq;
}

TEST(ChannelFallback, FindsWhoWasNotReachedAndOfferedNothingElseInTime) {
  auto tale = begin_tale();
  const auto alone = send(tale, kNoon, "ana", "c1", "challenge.undelivered");
  const auto late = send(tale, kNoon, "bob", "c2", "challenge.undelivered");
  send(tale, after(kNoon, 304), "bob", "c3", "challenge.delivered", "voice");
  const auto same = send(tale, kNoon, "carol", "c4", "challenge.undelivered");
  const auto again = send(tale, after(kNoon, 60), "carol", "c5", "challenge.undelivered");
  end_tale(tale);
  const auto result = in_january(tale, "CHANNEL-FALLBACK");
  EXPECT_EQ(result.population, 4u);
  ASSERT_THAT(items(result), ElementsAre(item(alone), item(late), item(same), item(again)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(alone, alone + 1));
  EXPECT_EQ(result.exceptions[0].observed,
            "a challenge by sms was not delivered, and within 300 s there was neither another channel nor a "
            "delivery");
}

TEST(ChannelFallback, TakesAnotherChannelADeliveryAndAPassForAWay) {
  auto tale = begin_tale();
  send(tale, kNoon, "ana", "c1", "challenge.undelivered");
  send(tale, after(kNoon, 303), "ana", "c2", "challenge.undelivered", "voice");
  tell(tale, after(kNoon, 400), "challenge.verified", "ana", {.factor = "totp"});
  send(tale, kNoon, "bob", "c3", "challenge.undelivered");
  send(tale, after(kNoon, 60), "bob", "c4", "challenge.delivered");
  send(tale, kNoon, "carol", "c5", "challenge.undelivered");
  tell(tale, after(kNoon, 60), "challenge.verified", "carol", {.factor = "totp"});
  // One challenge that goes on by another channel, also undelivered.
  send(tale, kNoon, "dave", "c6", "challenge.undelivered");
  send(tale, after(kNoon, 30), "dave", "c6", "challenge.undelivered", "whatsapp");
  end_tale(tale);
  const auto result = in_january(tale, "CHANNEL-FALLBACK");
  EXPECT_EQ(result.population, 5u);
  EXPECT_THAT(items(result), IsEmpty());
}

TEST(ChannelFallback, LeavesOutWhatCameInTheEndAndWhatIsNotOverYet) {
  auto tale = begin_tale();
  send(tale, kNoon, "ana", "c1", "challenge.undelivered");
  send(tale, after(kNoon, 20), "ana", "c1", "challenge.delivered");
  send(tale, kNoon, "bob", "c2", "challenge.undelivered");
  tell(tale, after(kNoon, 20), "challenge.cancelled", "bob", {.challenge = "c2"});
  send(tale, after(kNoon, 200), "carol", "c3", "challenge.undelivered");
  tell(tale, after(kNoon, 400), "source.heartbeat", "");
  EXPECT_EQ(in_january(tale, "CHANNEL-FALLBACK").population, 0u);
}

TEST(DeliveryReliability, FindsTheMonthAndProviderThatFailedTooOften) {
  auto tale = begin_tale();
  for (int i = 0; i < 100; ++i) {
    const auto time = after(kNoon, 3'600 * i);
    const auto id = std::to_string(i);
    send(tale, time, "ana", "sms" + id, i < 6 ? "challenge.undelivered" : "challenge.delivered");
    send(tale, time, "bob", "voice" + id, i < 5 ? "challenge.undelivered" : "challenge.delivered", "voice");
    if (i < 49) send(tale, time, "carol", "email" + id, "challenge.undelivered", "email");
    tell(tale, time, "challenge.sent", "carol", {.challenge = "totp" + id, .factor = "totp"});
  }
  const auto result = in_january(tale, "DELIVERY-RELIABILITY");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre("2026-01 sms twilio"));
  EXPECT_EQ(result.exceptions[0].records.size(), 6u);
  EXPECT_EQ(result.exceptions[0].observed,
            "6 of 100 challenges were reported undelivered, 60 permille; at most 50 may be");
}

TEST(DeliveryReliability, CountsAChallengeOnceForEachChannelThatItWentBy) {
  auto tale = begin_tale();
  for (int i = 0; i < 50; ++i) {
    const auto time = after(kNoon, 3'600 * i);
    const auto id = "c" + std::to_string(i);
    send(tale, time, "ana", id, "challenge.undelivered");
    send(tale, after(time, 5), "ana", id, "challenge.undelivered");
    send(tale, after(time, 10), "ana", id, "challenge.delivered", "voice");
  }
  const auto result = in_january(tale, "DELIVERY-RELIABILITY");
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre("2026-01 sms twilio"));
  EXPECT_THAT(result.exceptions[0].observed, ::testing::StartsWith("50 of 50 challenges"));
}

}  // namespace
}  // namespace countersign::testing
