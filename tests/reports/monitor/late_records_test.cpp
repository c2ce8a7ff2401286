#include "tests/reports/controls/moments.h"
#include "tests/reports/monitor/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kNine = "2026-01-05T09:00:00Z";

std::uint64_t fail(Tale& tale, std::int64_t second, std::int64_t received_after_s = 0) {
  return tale.say(after(kNine, second), "challenge.failed", {{"actor.id", "ana"}}, "shop", "token",
                  received_after_s);
}

TEST(LateRecords, CompleteAnEpisodeThatWasJudgedWithoutThem) {
  // The ninth failure and the tenth come in the other order, and in runs of their own.
  Watch watch;
  for (int i = 0; i < 8; ++i) fail(watch.tale, i);
  fail(watch.tale, 9);
  EXPECT_THAT(watch.listen(), IsEmpty());
  fail(watch.tale, 8, 2);
  ASSERT_THAT(watch.listen(), ElementsAre("CODE-GUESSING 8"));
  EXPECT_THAT(watch.found()[0].records, SizeIs(10));
  for (int i = 10; i < 20; ++i) fail(watch.tale, i);
  EXPECT_THAT(watch.listen(), IsEmpty());
}

TEST(LateRecords, OfAnEpisodeThatWasFoundFindItNoSecondTime) {
  Watch watch;
  for (int i = 0; i < 10; ++i) fail(watch.tale, 10 + i);
  EXPECT_THAT(watch.listen(), ElementsAre("CODE-GUESSING 9"));
  // With it the ninth is the tenth.
  fail(watch.tale, 5, 20);
  EXPECT_THAT(watch.listen(), IsEmpty());
}

TEST(LateRecords, InAnyOrderAndAnyRunsOneEpisodeIsOneFinding) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<int> seconds(14);
    for (int i = 0; i < 14; ++i) seconds[static_cast<std::size_t>(i)] = i * 3;
    std::shuffle(seconds.begin(), seconds.end(), random);
    Watch watch;
    watch.tale.say(after(kNine, 0), "login.succeeded", {}, "shop", "token", 60);
    for (const auto second : seconds) {
      fail(watch.tale, second, 60);
      if (random() % 3 == 0) watch.listen();
    }
    watch.listen();
    EXPECT_THAT(watch.found(), SizeIs(1)) << "seed " << seed;
  }
}

TEST(LateRecords, ThatNameTheAccountOfAChallengeAreTakenForWhatWasTold) {
  // The provider, which knows only the number, tells first.
  Watch watch;
  const auto told = [&](int i, const char* source, Tale::Member who) {
    return watch.tale.say(after(kNine, i), "challenge.sent",
                          {who, {"challenge.id", "c" + std::to_string(i)}, {"challenge.factor", "sms"}},
                          source);
  };
  for (int i = 0; i < 5; ++i) told(i, "twilio", {"actor.phone", "+4915" + std::to_string(i)});
  EXPECT_THAT(watch.listen(), IsEmpty());
  for (int i = 0; i < 5; ++i)
    watch.tale.say(after(kNine, 10 + i), "challenge.cancelled",
                   {{"actor.id", "ana"}, {"challenge.id", "c" + std::to_string(i)}});
  EXPECT_THAT(watch.listen(), ElementsAre("OTP-FLOODING 4"));
}

TEST(LateRecords, ThatShowTwoChallengesToBeOneJoinWhatWasTold) {
  // The provider's own name of a challenge, and ours, are one only once an event has both.
  Watch watch;
  for (int i = 0; i < 5; ++i)
    watch.tale.say(after(kNine, i), "challenge.sent",
                   {{"actor.phone", "+49" + std::to_string(i)}, {"challenge.id", "SM" + std::to_string(i)}},
                   "twilio");
  for (int i = 0; i < 5; ++i)
    watch.tale.say(after(kNine, 10 + i), "login.failed",
                   {{"actor.id", "ana"}, {"challenge.id", "c" + std::to_string(i)}});
  EXPECT_THAT(watch.listen(), IsEmpty());
  for (int i = 0; i < 5; ++i)
    watch.tale.say(
        after(kNine, 20 + i), "challenge.delivered",
        {{"challenge.id", "c" + std::to_string(i)}, {"challenge.provider_id", "SM" + std::to_string(i)}});
  EXPECT_THAT(watch.listen(), ElementsAre("OTP-FLOODING 4"));
}

TEST(LateRecords, ThatShowTwoChallengesToBeOneNameTheAccountThatOneOfThemHad) {
  Watch watch;
  for (int i = 0; i < 5; ++i)
    watch.tale.say(after(kNine, i), "login.failed",
                   {{"actor.id", "ana"}, {"challenge.id", "c" + std::to_string(i)}});
  for (int i = 0; i < 5; ++i)
    watch.tale.say(after(kNine, 10 + i), "challenge.sent",
                   {{"actor.phone", "+49" + std::to_string(i)}, {"challenge.id", "SM" + std::to_string(i)}},
                   "twilio");
  EXPECT_THAT(watch.listen(), IsEmpty());
  for (int i = 0; i < 5; ++i)
    watch.tale.say(
        after(kNine, 20 + i), "challenge.delivered",
        {{"challenge.id", "c" + std::to_string(i)}, {"challenge.provider_id", "SM" + std::to_string(i)}});
  EXPECT_THAT(watch.listen(), ElementsAre("OTP-FLOODING 9"));
}

TEST(LateRecords, OfLongAgoAreLeftToReportsAndAreHeardAllTheSame) {
  Watch watch;
  for (int i = 0; i < 20; ++i) fail(watch.tale, i, 86'400 * 300);
  EXPECT_THAT(watch.listen(), IsEmpty());
  EXPECT_EQ(watch.monitor().rows(), 0u);
  EXPECT_EQ(watch.monitor().position().next, 20u);
}

TEST(LateRecords, OfYesterdayAreJudged) {
  Watch watch;
  for (int i = 0; i < 10; ++i) {
    watch.tale.say(after(kNine, i), "challenge.failed", {{"actor.id", "ana"}}, "shop", "backfill", 86'400);
    watch.listen();
  }
  ASSERT_THAT(watch.found(), SizeIs(1));
  EXPECT_EQ(watch.found()[0].item, "9");
}

}  // namespace
}  // namespace countersign::testing
