#include "collector/protocols/hec.h"

#include "tests/collector/protocols/shown.h"

#include <gmock/gmock.h>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr ProtocolLimits kLimits;

/// "<code>/<event number> <status>: <detail>" where it is refused, else the payloads.
std::string decoded(std::string_view body, const ProtocolLimits& limits = kLimits) {
  const auto items = decode_hec(body, limits);
  std::string out;
  if (items) {
    for (const auto& item : *items) out += shown(item.payload) + ";";
    return out;
  }
  const auto& refusal = items.error();
  return std::to_string(static_cast<int>(refusal.code)) + "/" +
         (refusal.event_number ? std::to_string(*refusal.event_number) : "-") + " " +
         std::to_string(refusal.problem.status) + ": " + refusal.problem.detail;
}

Message only(std::string_view body) {
  auto items = decode_hec(body, kLimits);
  EXPECT_TRUE(items) << body;
  EXPECT_EQ(items->size(), 1u);
  return std::move(items->at(0));
}

TEST(Hec, ReadsTheExample) {
  const auto message = only(file_text("splunk_hec/hec_event_example.json"));
  EXPECT_EQ(shown(message.payload), R"({"class_uid":3002,"activity_id":6})");
  EXPECT_EQ(message.envelope.time, "2025-11-23T00:00:00.123000Z");
  EXPECT_FALSE(message.envelope.type);
}

TEST(Hec, ReadsObjectsBehindOneAnotherAndAnArray) {
  const std::string expected = R"({"a":1};{"b":2};)";
  EXPECT_EQ(decoded(R"({"event":{"a":1}}{"event":{"b":2}})"), expected);
  EXPECT_EQ(decoded("{\"event\":{\"a\":1}}\r\n\r\n {\"event\":{\"b\":2}}\n"), expected);
  EXPECT_EQ(decoded(R"([{"event":{"a":1}}, {"event":{"b":2}}])"), expected);
}

TEST(Hec, ReadsTextEventsAsLines) {
  const auto message =
      only(R"({"time":"1763856000.5","host":"h1","source":"s1","sourcetype":"t1","event":"type=LOGIN"})");
  EXPECT_EQ(shown(message.payload), R"({"message":"type=LOGIN","id":")" + *message.envelope.id +
                                        R"(","time":"2025-11-23T00:00:00.500000Z","host":"h1","app":"s1"})");
  EXPECT_EQ(decoded(R"({"event":" {\"a\":1}"})"), R"({"a":1};)");
  EXPECT_THAT(decoded(R"({"sourcetype":"t1","event":"x"})"), ::testing::HasSubstr(R"("app":"t1")"));
}

TEST(Hec, CompletesANativeEvent) {
  const auto message =
      only(R"({"time":1763856000,"fields":{"region":"eu","otp":"493827","a.otp.code":"493827"},
    "event":{"type":"login.failed","tenant":"acme","attributes":{"region":"own"}}})");
  auto event = std::get<json::value>(message.payload).as_object();
  const auto out = prepared(event, message.envelope);
  EXPECT_THAT(out, ::testing::StartsWith("{\"id\":\"content:---"));
  EXPECT_THAT(out, ::testing::HasSubstr(R"("time":"2025-11-23T00:00:00.000000Z")"));
  EXPECT_THAT(out, ::testing::Not(::testing::HasSubstr("otp")));
  EXPECT_EQ(json::serialize(message.envelope.attributes),
            R"({"region":"eu","otp":"493827","a":{"otp":"removed"}})");
}

TEST(Hec, GivesWhatIsSentAgainTheSameId) {
  const std::string one = R"({"time":1,"event":{"a":1}})", two = R"({"time":2,"event":{"a":1}})";
  EXPECT_EQ(only(one).envelope.id, only(" " + one + "\n").envelope.id);
  EXPECT_NE(only(one).envelope.id, only(two).envelope.id);
  EXPECT_EQ(only(one).envelope.id->size(), 72u);
}

TEST(Hec, RefusesWithHecsOwnCodes) {
  EXPECT_EQ(decoded(""), "5/- 400: the body holds no event");
  EXPECT_EQ(decoded(" \n"), "5/- 400: the body holds no event");
  EXPECT_EQ(decoded("[]"), "5/- 400: the body holds no event");
  EXPECT_EQ(decoded("{}"), "12/0 400: event 0: the member \"event\" is required");
  EXPECT_EQ(decoded(R"({"event":{}}{"host":"x"})"), "12/1 400: event 1: the member \"event\" is required");
  EXPECT_EQ(decoded(R"({"event":null})"), "12/0 400: event 0: the member \"event\" is required");
  EXPECT_EQ(decoded(R"({"event":""})"), "13/0 400: event 0: the member \"event\" must not be blank");
  EXPECT_EQ(decoded(R"({"event":" \t"})"), "13/0 400: event 0: the member \"event\" must not be blank");
  for (const auto* event : {"7", "true", "[1]"})
    EXPECT_EQ(decoded(R"({"event":)" + std::string(event) + "}"),
              "6/0 400: event 0: event: must be a JSON object or a string");
  EXPECT_EQ(decoded(R"({"event":{}}{"event":{},"time":"noon"})"),
            "6/1 400: event 1: time: must be seconds or milliseconds since 1970");
  EXPECT_EQ(decoded(R"({"event":{},"fields":[]})"), "6/0 400: event 0: fields: must be a JSON object");
  EXPECT_EQ(decoded(R"({"event":{}} oops)"), "6/1 400: not valid JSON at byte 13: an object is expected");
  EXPECT_EQ(decoded(R"({"event":{}}{"event":)"), "6/1 400: not valid JSON at byte 21: the text is cut short");
  EXPECT_EQ(decoded(R"({"event":{}}{"event":NaN})"),
            "6/1 400: event 1: not valid JSON at byte 9: syntax error");
  EXPECT_EQ(decoded("[7]"), "6/0 400: event 0: must be a JSON object");
  EXPECT_THAT(decoded("{\"event\":\"\xFF\"}"), ::testing::StartsWith("6/0 400: "));
  EXPECT_THAT(decoded(R"({"event":)" + std::string(1000, '[')), ::testing::StartsWith("6/0 400: "));
  EXPECT_EQ(decoded(R"({"time":null,"fields":null,"event":{}})"), "{};");
}

TEST(Hec, LetsAMemberThatStandsTwiceSpoilItsEventOnly) {
  EXPECT_EQ(decoded(R"({"event":{"a":1,"a":2}}{"event":{"b":1}})"),
            "!event.a: stands twice; which of them counts cannot be known;;{\"b\":1};");
}

TEST(Hec, HoldsItsLimits) {
  const ProtocolLimits two{.events_max = 2, .depth_max = 2};
  EXPECT_EQ(decoded(R"({"event":{}}{"event":{}})", two), "{};{};");
  EXPECT_EQ(decoded(R"({"event":{}}{"event":{}}{"event":{}})", two),
            "6/- 413: the body holds more than 2 events; send fewer at once");
  EXPECT_EQ(decoded(R"({"event":{"a":{}}})", two), R"({"a":{}};)");
  EXPECT_THAT(decoded(R"({"event":{"a":{"b":{}}}})", two), ::testing::HasSubstr("nested too deep"));
}

TEST(Hec, AnswersAsSplunkDoes) {
  EXPECT_EQ(encode_hec_answer(HecCode::success), R"({"text":"Success","code":0})");
  EXPECT_EQ(encode_hec_answer(HecCode::invalid_data_format, 3),
            R"({"text":"Invalid data format","code":6,"invalid-event-number":3})");
  EXPECT_EQ(encode_hec_answer(HecCode::event_required), R"({"text":"Event field is required","code":12})");
  EXPECT_EQ(http_status(HecCode::success), 200);
  EXPECT_EQ(http_status(HecCode::token_required), 401);
  EXPECT_EQ(http_status(HecCode::invalid_authorization), 401);
  EXPECT_EQ(http_status(HecCode::invalid_token), 403);
  EXPECT_EQ(http_status(HecCode::no_data), 400);
  EXPECT_EQ(http_status(HecCode::event_blank), 400);
  EXPECT_EQ(http_status(HecCode::internal_error), 500);
  EXPECT_EQ(http_status(HecCode::server_busy), 503);
}

}  // namespace
}  // namespace countersign::protocols
