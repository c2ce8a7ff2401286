#include "collector/protocols/attributes.h"
#include "collector/protocols/epoch_time.h"
#include "collector/protocols/media_type.h"
#include "collector/protocols/text_line.h"
#include "collector/protocols/utf8.h"
#include "ledger/base/time.h"
#include "tests/collector/protocols/shown.h"

namespace countersign::protocols {
namespace {

namespace json = boost::json;

TEST(Envelope, FillsOnlyWhatTheEventLacks) {
  const Envelope envelope{"e1", "2026-01-31T09:30:00Z", "login.failed", {}};
  auto bare = object_of(R"({"tenant":"acme"})");
  apply_envelope(bare, envelope);
  EXPECT_EQ(json::serialize(bare),
            R"({"tenant":"acme","id":"e1","time":"2026-01-31T09:30:00Z","type":"login.failed"})");
  auto full = object_of(R"({"id":"own","time":null,"type":7})");
  apply_envelope(full, envelope);
  EXPECT_EQ(json::serialize(full), R"({"id":"own","time":null,"type":7})");
}

TEST(Envelope, AddsAttributesWithoutReplacingOrOverfilling) {
  Envelope envelope;
  envelope.attributes = object_of(R"({"host":"h","own":"x"})");
  auto event = object_of(R"({"attributes":{"own":1}})");
  apply_envelope(event, envelope);
  EXPECT_EQ(json::serialize(event), R"({"attributes":{"own":1,"host":"h"}})");

  auto odd = object_of(R"({"attributes":"no object"})");
  apply_envelope(odd, envelope);
  EXPECT_EQ(json::serialize(odd), R"({"attributes":"no object"})");

  json::object many;
  for (int i = 0; i < 255; ++i) many["a" + std::to_string(i)] = i;
  json::object crowded;
  crowded["attributes"] = many;
  apply_envelope(crowded, envelope);
  EXPECT_EQ(count_values(crowded.at("attributes")), 256u);
  EXPECT_FALSE(crowded.at("attributes").as_object().contains("own"));
}

TEST(EventTypeOf, FindsOursBehindADot) {
  EXPECT_EQ(event_type_of("challenge.sent"), "challenge.sent");
  EXPECT_EQ(event_type_of("com.example.challenge.sent"), "challenge.sent");
  EXPECT_EQ(event_type_of("com.example.login.failed"), "login.failed");
  for (const auto* other : {"", "sent", "xchallenge.sent", "challenge.sent.v1", ".sent", "Challenge.Sent"})
    EXPECT_EQ(event_type_of(other), "") << other;
}

std::string line(std::string_view text, const LineOrigin& origin = {}) {
  return shown(item_of_text(text, origin, 16));
}

TEST(TextLine, TakesAnObjectAndWrapsAnythingElse) {
  EXPECT_EQ(line(R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(line(R"(  @cee: {"a":1} )"), R"({"a":1})");
  EXPECT_EQ(line("type=LOGIN\r\n", {"i", "t", "h", "a"}),
            R"({"message":"type=LOGIN","id":"i","time":"t","host":"h","app":"a"})");
  EXPECT_EQ(line("[1,2]"), R"({"message":"[1,2]"})");
  EXPECT_EQ(line(R"({"a":1} x)"), spelled(R"({"message":"{\"a\":1} x"})"));
  EXPECT_EQ(line("@cee:oops"), R"({"message":"@cee:oops"})");
  EXPECT_EQ(line(""), "{}");
  EXPECT_EQ(line(R"({"a":1,"a":2})"), "!a: stands twice; which of them counts cannot be known;");
}

TEST(TextLine, KeepsAnObjectThatNestsTooDeepAsALine) {
  EXPECT_EQ(shown(item_of_text(R"({"a":{"b":1}})", {}, 1)), spelled(R"({"message":"{\"a\":{\"b\":1}}"})"));
}

std::string attribute(std::string_view name, const json::value& value = 1) {
  json::object into;
  add_attribute(into, name, value);
  return json::serialize(into);
}

TEST(Attributes, MakesNamesFit) {
  EXPECT_EQ(attribute_name("service.name"), "service.name");
  EXPECT_EQ(attribute_name("a b/c"), "a_b_c");
  EXPECT_EQ(attribute_name("9lives"), "_9lives");
  EXPECT_EQ(attribute_name(""), "_");
  EXPECT_EQ(attribute_name("\xC3\xA4"), "__");
  EXPECT_EQ(attribute_name(std::string(100, 'x')).size(), record::kAttributeNameMax);
  EXPECT_EQ(attribute_name(std::string(100, '.')).size(), record::kAttributeNameMax);
  json::object into;
  add_attribute(into, "a b", 1);
  add_attribute(into, "a/b", 2);
  EXPECT_EQ(json::serialize(into), R"({"a_b":1,"a_b_":2})");
  EXPECT_EQ(attribute("o", object_of(R"({"x y":[{"z!":1}]})")), R"({"o":{"x_y":[{"z_":1}]}})");
}

TEST(Attributes, LetsNoSecretHideBehindADot) {
  for (const std::string name : {"app.otp.code", "otp", "token.value", "http.request.header.authorization",
                                 "user.password.hash", "x.Pin_Code", "a.b.c.OTP"}) {
    json::object event = object_of(R"({"id":"1","time":"2026-01-31T09:30:00Z","type":"login.failed",
                                       "tenant":"acme"})");
    json::object attributes;
    add_attribute(attributes, name, "493827");
    event["attributes"] = attributes;
    const auto out = record::prepare_event(event, {base::SourceName("test"), record::Proof::token});
    ASSERT_TRUE(out) << name;
    EXPECT_EQ(out->redacted.size(), 1u) << name;
    EXPECT_TRUE(out->personal.empty()) << name;
  }
  EXPECT_EQ(attribute("app.otp.code", "493827"), R"({"app":{"otp":"removed"}})");
  EXPECT_EQ(attribute("code.function.name", "main"), R"({"code.function.name":"main"})");
  EXPECT_EQ(attribute("code.value", "493827"), R"({"code":"removed"})");
  EXPECT_EQ(attribute("a", object_of(R"({"b.otp":"493827"})")), R"({"a":{"b":{"otp":"removed"}}})");
}

TEST(Attributes, KeepsAValueWhoseNameStandsBeforeASecret) {
  json::object into;
  add_attribute(into, "auth.token", "x");
  add_attribute(into, "auth", "basic");
  EXPECT_EQ(json::serialize(into), R"({"auth":{"token":"removed"},"auth_":"basic"})");
  json::object other;
  add_attribute(other, "auth", "basic");
  add_attribute(other, "auth.token", "x");
  EXPECT_EQ(json::serialize(other), R"({"auth":"basic","token":"removed"})");
}

TEST(Attributes, ShowsAPathWithoutWhatAStrangerPutIntoIt) {
  EXPECT_EQ(shown_path("a[3].b-c_d"), "a[3].b-c_d");
  EXPECT_EQ(shown_path("<script>@x"), "?script??x");
  EXPECT_EQ(shown_path(std::string(1000, 'x')).size(), 200u);
}

std::string epoch(const char* text) { return time_of_epoch(json::parse(text)).value_or("none"); }

TEST(EpochTime, ReadsSecondsAndMilliseconds) {
  EXPECT_EQ(epoch("1763856000"), "2025-11-23T00:00:00.000000Z");
  EXPECT_EQ(epoch("1763856000.123"), "2025-11-23T00:00:00.123000Z");
  EXPECT_EQ(epoch("\"1763856000.123456789\""), "2025-11-23T00:00:00.123456789Z");
  EXPECT_EQ(epoch("\"1763856000.1234567891234\""), "2025-11-23T00:00:00.123456789Z");
  EXPECT_EQ(epoch("\"1763856000\""), "2025-11-23T00:00:00.000000Z");
  EXPECT_EQ(epoch("1763856000123"), "2025-11-23T00:00:00.123000Z");
  EXPECT_EQ(epoch("1763856000123.5"), "2025-11-23T00:00:00.123500Z");
  EXPECT_EQ(epoch("\"1763856000123.25\""), "2025-11-23T00:00:00.123250Z");
  EXPECT_EQ(epoch("0"), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(epoch("0.5"), "1970-01-01T00:00:00.500000Z");
  EXPECT_EQ(epoch("99999999999"), "none") << "behind the year 2553";
  EXPECT_EQ(epoch("100000000000"), "1973-03-03T09:46:40.000000Z");
}

TEST(EpochTime, RefusesWhatIsNoTime) {
  for (const auto* text : {"-1",
                           "-0.5",
                           "1e300",
                           "18446744073709551615",
                           "\"\"",
                           "\"abc\"",
                           "\"1.\"",
                           "\".5\"",
                           "\"1.5x\"",
                           "\"-1\"",
                           "\"+1\"",
                           "\" 1\"",
                           "\"1e9\"",
                           "\"99999999999999999999\"",
                           "\"18400000001\"",
                           "true",
                           "null",
                           "[]",
                           "{}",
                           "\"1.1234567890123456789\""})
    EXPECT_EQ(epoch(text), "none") << text;
}

TEST(EpochTime, WritesNanosecondsWhereThereAreAny) {
  EXPECT_EQ(time_of_nanos(1'544'712'660'300'000'000), "2018-12-13T14:51:00.300000Z");
  EXPECT_EQ(time_of_nanos(1'544'712'660'300'000'001), "2018-12-13T14:51:00.300000001Z");
  EXPECT_TRUE(base::parse_rfc3339(time_of_nanos(UINT64_MAX)));
}

TEST(Utf8, FindsTheFirstByteThatIsNone) {
  EXPECT_TRUE(is_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
  EXPECT_EQ(find_not_utf8("ab\xFF"), 2u);
  EXPECT_EQ(find_not_utf8("\xC0\xA0"), 0u) << "overlong";
  EXPECT_EQ(find_not_utf8("\xED\xA0\x80"), 0u) << "surrogate";
  EXPECT_EQ(find_not_utf8("\xF4\x90\x80\x80"), 0u) << "above U+10FFFF";
  EXPECT_EQ(find_not_utf8("x\xE2\x82"), 1u) << "cut short";
  EXPECT_TRUE(has_control("a\nb"));
  EXPECT_TRUE(has_control("a\xC2\x85"));
  EXPECT_FALSE(has_control("a\xC2\xA0\xC3\x85"));
}

TEST(MediaType, KnowsJsonAndCharsets) {
  EXPECT_EQ(media_type_of(" Application/JSON ; charset=utf-8"), "application/json");
  for (const auto* type : {"", "application/json", "text/json; charset=utf-8", "application/vnd.x+json"})
    EXPECT_TRUE(is_json_type(type)) << type;
  for (const auto* type : {"text/plain", "application/jsonx", "2020-04-29T20:35:00Z"})
    EXPECT_FALSE(is_json_type(type)) << type;
  EXPECT_TRUE(has_utf8_charset("a/b; x=y; Charset=\"UTF-8\""));
  EXPECT_FALSE(has_utf8_charset("a/b; x=y; charset=latin1"));
}

}  // namespace
}  // namespace countersign::protocols
