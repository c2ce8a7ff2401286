#include "collector/adapters/payload.h"

#include "collector/adapters/event_builder.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::adapters {
namespace {

namespace json = boost::json;

TEST(ProviderTime, IsTakenWithItsZoneOrAsUtc) {
  EXPECT_EQ(time_of("2025-10-03 14:09:32.149000000"), "2025-10-03T14:09:32.149000000Z");
  EXPECT_EQ(time_of("2025-10-08T17:16:09.602+00:00"), "2025-10-08T17:16:09.602+00:00");
  EXPECT_EQ(time_of("2025-10-08T17:16:08.436941"), "2025-10-08T17:16:08.436941Z");
  EXPECT_EQ(time_of("2022-12-14 20:09:57"), "2022-12-14T20:09:57Z");
  EXPECT_EQ(time_of("2025-03-04T17:59:19.0678874561Z"), "2025-03-04T17:59:19.067887456Z");
}

TEST(ProviderTime, IsAbsentWhereItIsNone) {
  for (const auto* text : {"", "redacted", "2025-10-03", "2025-13-03 14:09:32", "2025-10-03 14:09:32 UTC",
                           "2025-10-03 14:09:32.", "1588363619462"})
    EXPECT_EQ(time_of(text), std::nullopt) << text;
  EXPECT_EQ(time_of_millis(1588363619462), "2020-05-01T20:06:59.462000Z");
  EXPECT_EQ(time_of_millis(-1), std::nullopt);
  EXPECT_EQ(time_of_millis(253'402'300'800'000), std::nullopt);
}

TEST(Secrets, AreFoundByNameAtAnyDepth) {
  const json::value payload = json::parse(
      R"({"a":{"custom_code":"1","x":[{"password":"p"},{"Code":null}]},"ein name":{"otp":5},"error_code":"30004"})");
  EXPECT_THAT(secrets_of(payload), testing::ElementsAre("a.custom_code", "a.x[0].password", "*.otp"));
}

TEST(ShownType, KeepsOnlyWhatMayBeShown) {
  EXPECT_EQ(shown_type("Sign-in activity"), "Sign-in_activity");
  EXPECT_EQ(shown_type("a\nb\"c\xC3\xA9"), "a?b?c??");
  EXPECT_EQ(shown_type(std::string(100, 'x')).size(), 64u);
}

TEST(EventBuilder, KeepsSentencesOutOfTheClear) {
  EventBuilder event({base::TenantId("acme")}, "login.failed");
  event.id("1", "id")
      .time(time_of("2026-01-01T00:00:00Z"), "time")
      .reason("the phone +14155550100 is blocked");
  const auto outcome = event.finish({});
  const auto& made = std::get<Adapted>(outcome).event;
  EXPECT_FALSE(made.contains("outcome"));
  EXPECT_EQ(made.at("attributes").at("reason").as_string(), "the phone +14155550100 is blocked");
}

TEST(EventBuilder, CutsWhatDescribesAndNeverWhatIdentifies) {
  EventBuilder event({base::TenantId("acme")}, "login.failed");
  std::string agent;
  for (int i = 0; i < 2000; ++i) agent += "\xC3\xA9";
  event.id(std::string(129, 'i'), "id").time(time_of("2026-01-01T00:00:00Z"), "time");
  event.set(record::kDeviceUserAgent, agent).set(record::kActorId, std::string(300, 'u'));
  const auto outcome = event.finish({});
  const auto& made = std::get<Adapted>(outcome).event;
  EXPECT_EQ(made.at("device").at("user_agent").as_string().size(), 2048u);
  EXPECT_EQ(made.at("actor").at("id").as_string().size(), 300u);
  const auto prepared = record::prepare_event(made, {});
  ASSERT_FALSE(prepared);
  ASSERT_EQ(prepared.error().size(), 1u) << "the actor's id, for which no part can stand";
  EXPECT_EQ(prepared.error().front().path, "actor.id");
}

TEST(EventBuilder, PutsAHashForAnIdThatIsTooLong) {
  const auto id_of = [](std::string_view id) {
    EventBuilder event({base::TenantId("acme")}, "login.failed");
    event.id(id, "id").time(time_of("2026-01-01T00:00:00Z"), "time");
    return std::get<Adapted>(event.finish({})).event.at("id").as_string();
  };
  EXPECT_EQ(id_of(std::string(128, 'i')), std::string(128, 'i'));
  // printf 'i%.0s' {1..129} | sha256sum
  EXPECT_EQ(id_of(std::string(129, 'i')),
            "sha256:77a8301d1755947925b1e03a74470bc1ee47e1669bdcccb5700752fecdfd94ba");
}

TEST(EventBuilder, RefusesAnEventWithoutIdOrTime) {
  EventBuilder event({base::TenantId("acme")}, "login.failed");
  event.id("", "uuid").time(std::nullopt, "published");
  const auto outcome = event.finish({});
  const auto& faults = std::get<Refused>(outcome).faults;
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].path, "uuid");
  EXPECT_EQ(faults[1].path, "published");
}

TEST(WithoutSecrets, LeavesOutSecretsAndTextsAtAnyDepth) {
  const auto payload = json::parse(
      R"({"id":"1","custom_code":"25565","data":{"list":[{"otp":"25565","sid":"VE1"}],"body":"your code is 25565"},"request":{"body":{"code":"25565","state":"s"}}})");
  const auto kept = json::serialize(without_secrets(payload));
  EXPECT_EQ(kept, R"({"id":"1","data":{"list":[{"sid":"VE1"}]},"request":{"body":{"state":"s"}}})");
}

TEST(EventBuilder, BringsThePayloadAlongWhereItIsAskedFor) {
  const auto payload = json::parse(R"({"id":"1","more":{"code":"25565","x":2}})");
  for (const bool keep : {false, true}) {
    EventBuilder event({base::TenantId("acme"), keep}, "challenge.sent");
    event.id("1", "id").time("2026-01-31T09:30:00Z", "time");
    const auto outcome = event.finish(payload);
    const auto& raw = std::get<Adapted>(outcome).raw;
    ASSERT_EQ(raw.has_value(), keep);
    if (keep) {
      EXPECT_EQ(*raw, R"({"id":"1","more":{"x":2}})");
    }
  }
}

TEST(EventBuilder, NeverLosesAnEventForALargePayload) {
  const json::value payload{{"id", "1"}, {"large", json::string(record::kRawBytesMax, 'x')}};
  EventBuilder event({base::TenantId("acme"), true}, "challenge.sent");
  event.id("1", "id").time("2026-01-31T09:30:00Z", "time");
  const auto outcome = event.finish(payload);
  const auto& adapted = std::get<Adapted>(outcome);
  EXPECT_FALSE(adapted.raw);
  EXPECT_TRUE(adapted.event.at("attributes").as_object().contains("raw_left_out_bytes"));
}

}  // namespace
}  // namespace countersign::adapters
