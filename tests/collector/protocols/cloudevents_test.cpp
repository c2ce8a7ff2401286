#include "collector/protocols/cloudevents.h"

#include "collector/protocols/cloudevents_check.h"
#include "tests/collector/protocols/shown.h"

#include <gmock/gmock.h>

namespace countersign::protocols {
namespace {

namespace json = boost::json;
using Fields = std::vector<HeaderField>;

constexpr ProtocolLimits kLimits;

constexpr std::string_view kEvent = R"({"specversion":"1.0","type":"com.example.challenge.sent",
  "source":"/mycontext/subcontext","id":"1234-1234-1234","time":"2018-04-05T03:56:24Z",
  "datacontenttype":"application/json; charset=utf-8",
  "data":{"tenant":"acme","challenge":{"id":"c-1","factor":"sms"}}})";

const Fields kFields{{"ce-specversion", "1.0"},
                     {"CE-Type", "com.example.challenge.sent"},
                     {"ce-source", "/mycontext/subcontext"},
                     {"Ce-Id", "1234-1234-1234"},
                     {"ce-time", "2018-04-05T03:56:24Z"},
                     {"Host", "webhook.example.com"}};
constexpr std::string_view kData = R"({"tenant":"acme","challenge":{"id":"c-1","factor":"sms"}})";

std::string structured(std::string_view body) {
  const auto items = decode_structured(body, kLimits);
  return items ? shown(items->at(0).payload)
               : std::to_string(items.error().status) + " " + items.error().detail;
}

std::string binary(Fields fields, std::string_view type, std::string_view body) {
  const auto items = decode_binary(fields, type, body, kLimits);
  return items ? shown(items->at(0).payload)
               : std::to_string(items.error().status) + " " + items.error().detail;
}

Fields with(HeaderField field) {
  auto fields = kFields;
  fields.push_back(field);
  return fields;
}

TEST(CloudEvents, GivesTheSameEventInAllThreeModes) {
  const auto one = decode_structured(kEvent, kLimits);
  const auto batch = decode_batch("[" + std::string(kEvent) + "]", kLimits);
  const auto other = decode_binary(kFields, "application/json; charset=utf-8", kData, kLimits);
  ASSERT_TRUE(one && batch && other);
  const auto& event = std::get<json::value>(one->at(0).payload);
  EXPECT_EQ(event, json::parse({kEvent.data(), kEvent.size()}));
  EXPECT_EQ(event, std::get<json::value>(batch->at(0).payload));
  EXPECT_EQ(event, std::get<json::value>(other->at(0).payload));
  for (const auto* items : {&*one, &*batch, &*other}) {
    EXPECT_EQ(items->size(), 1u);
    EXPECT_EQ(items->at(0).envelope.type, "challenge.sent");
    EXPECT_EQ(items->at(0).envelope.time, "2018-04-05T03:56:24Z");
    EXPECT_EQ(items->at(0).envelope.id, one->at(0).envelope.id);
  }
}

TEST(CloudEvents, ReadsTheExampleOfTheHttpBinding) {
  Fields fields;
  std::string type;
  const auto text = file_text("cloudevents/http_binding_examples.txt");
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = std::string_view(text).substr(begin, end - begin);
    const auto colon = line.find(": ");
    if (line.starts_with("ce-")) fields.push_back({line.substr(0, colon), line.substr(colon + 2)});
    if (line.starts_with("Content-Type: ")) type = line.substr(colon + 2);
    begin = end + 1;
  }
  ASSERT_EQ(fields.size(), 5u);
  EXPECT_TRUE(has_cloudevents_fields(fields));
  EXPECT_EQ(cloudevents_mode(type), CloudEventsMode::binary);
  EXPECT_EQ(binary(fields, type, R"({"x":1})"),
            R"({"specversion":"1.0","type":"com.example.someevent","time":"2018-04-05T03:56:24Z",)"
            R"("id":"1234-1234-1234","source":"/mycontext/subcontext",)"
            R"("datacontenttype":"application/json; charset=utf-8","data":{"x":1}})");
}

TEST(CloudEvents, TellsTheModesApart) {
  using enum CloudEventsMode;
  EXPECT_EQ(cloudevents_mode("application/cloudevents+json"), structured);
  EXPECT_EQ(cloudevents_mode("Application/CloudEvents+JSON; charset=UTF-8"), structured);
  EXPECT_EQ(cloudevents_mode("application/cloudevents-batch+json"), batch);
  EXPECT_EQ(cloudevents_mode("application/json"), binary);
  EXPECT_EQ(cloudevents_mode(""), binary);
  for (const auto* type :
       {"application/cloudevents+avro", "application/cloudevents", "application/cloudevents-batch+xml",
        "application/cloudevents+json; charset=utf-16"})
    EXPECT_EQ(cloudevents_mode(type), std::nullopt) << type;
  EXPECT_FALSE(has_cloudevents_fields(Fields{{"ce-id", "1"}, {"specversion", "1.0"}}));
}

TEST(CloudEvents, FoldsEncodedDataOut) {
  const auto event = [](std::string_view type, std::string_view data) {
    return R"({"specversion":"1.0","type":"t","source":"s","id":"1",)" + std::string(type) +
           std::string(data) + "}";
  };
  constexpr auto kJson = R"("datacontenttype":"application/vnd.x+json",)";
  constexpr auto kText = R"("datacontenttype":"text/plain",)";
  EXPECT_THAT(structured(event(kJson, R"("data_base64":"eyJhIjoxfQ==")")),
              ::testing::EndsWith(R"("datacontenttype":"application/vnd.x+json","data":{"a":1}})"));
  EXPECT_THAT(structured(event(kText, R"("data_base64":"w6Q=")")),
              ::testing::EndsWith("\"data\":\"\xC3\xA4\"}"));
  EXPECT_THAT(structured(event(kText, R"("data_base64":"/w==")")),
              ::testing::EndsWith(R"("data_base64":"/w=="})"));
  EXPECT_THAT(structured(event("", R"("data_base64":"eyJhIjoxfQ==")")),
              ::testing::EndsWith(R"("data_base64":"eyJhIjoxfQ=="})"));
  EXPECT_EQ(structured(event(kJson, R"("data_base64":"eyJhIjox")")),
            "!data_base64: must hold JSON, as datacontenttype says;");
  EXPECT_THAT(structured(event(kJson, R"("data_base64":"%")")),
              ::testing::StartsWith("!data_base64: must be base64"));
  EXPECT_EQ(structured(event(kJson, R"("data_base64":"eyJhIjoxLCJhIjoyfQ==")")),
            "!data.a: stands twice; which of them counts cannot be known;");
  EXPECT_EQ(structured(event("", R"("data_base64":7)")), "!data_base64: must be a string;");
  EXPECT_EQ(structured(event("", R"("data":1,"data_base64":"eyJhIjoxfQ==")")),
            "!data_base64: must not stand beside data;");
  EXPECT_THAT(structured(event(kJson, R"("data":"{\"a\":1}")")),
              ::testing::EndsWith(R"("data":"{\"a\":1}"})"))
      << "a string is a string (JSON format section 3.1.2)";
  EXPECT_THAT(structured(event("", R"("data":null)")), ::testing::EndsWith(R"("data":null})"));
}

TEST(CloudEvents, RefusesWhatIsNone) {
  EXPECT_EQ(faults_of(decode_structured("{}", kLimits)->at(0).payload), "!specversion!id!source!type");
  const auto changed = [](json::string_view name, const json::value& value) {
    auto event = object_of(kEvent);
    event[name] = value;
    return structured(json::serialize(event));
  };
  EXPECT_EQ(changed("specversion", "0.3"),
            "!specversion: must be \"1.0\": it is the version that is read here;");
  EXPECT_THAT(changed("specversion", 1.0), ::testing::StartsWith("!specversion:"));
  EXPECT_THAT(changed("id", ""), ::testing::StartsWith("!id:"));
  EXPECT_THAT(changed("id", nullptr), ::testing::StartsWith("!id: is required"));
  EXPECT_THAT(changed("type", 7), ::testing::StartsWith("!type:"));
  EXPECT_THAT(changed("source", ""), ::testing::StartsWith("!source:"));
  EXPECT_THAT(changed("time", "yesterday"), ::testing::StartsWith("!time:"));
  EXPECT_THAT(changed("time", 7), ::testing::StartsWith("!time:"));
  EXPECT_THAT(changed("datacontenttype", 7), ::testing::StartsWith("!datacontenttype:"));
  EXPECT_THAT(changed("id", "a\nb"), ::testing::StartsWith("!id: must not contain control"));
  EXPECT_THAT(changed("subject", "a\x7F"), ::testing::StartsWith("!subject: must not contain control"));
  EXPECT_THAT(changed("time", nullptr), ::testing::Not(::testing::HasSubstr("\"time\""))) << "null is unset";
  EXPECT_EQ(structured(R"({"specversion":"1.0","specversion":"1.0"})"),
            "!specversion: stands twice; which of them counts cannot be known;");
  EXPECT_EQ(structured("[]"), "!: must be a JSON object;");
  EXPECT_THAT(structured("{\"a\":1"), ::testing::StartsWith("400 not valid JSON at byte"));
  EXPECT_THAT(structured(""), ::testing::StartsWith("400 "));
  EXPECT_THAT(structured(std::string(100'000, '[')), ::testing::StartsWith("400 "));
}

TEST(CloudEvents, LetsABadEventOfABatchSpoilItselfOnly) {
  const auto items = decode_batch(
      "[" + std::string(kEvent) + R"(, {}, 7, {"a":1,"a":1}, )" + std::string(kEvent) + "]", kLimits);
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 5u);
  EXPECT_EQ(faults_of(items->at(1).payload), "!specversion!id!source!type");
  EXPECT_EQ(shown(items->at(2).payload), "!: must be a JSON object;");
  EXPECT_EQ(faults_of(items->at(3).payload), "!a");
  EXPECT_EQ(shown(items->at(0).payload), shown(items->at(4).payload));
  EXPECT_FALSE(items->at(1).envelope.id);
}

TEST(CloudEvents, TakesABatchOfNone) {
  const auto items = decode_batch(" [ ] ", kLimits);
  ASSERT_TRUE(items);
  EXPECT_TRUE(items->empty());
}

TEST(CloudEvents, RefusesABatchThatIsNoneOrTooLarge) {
  const ProtocolLimits two{.events_max = 2};
  EXPECT_EQ(decode_batch("[{},{}]", two)->size(), 2u);
  EXPECT_EQ(decode_batch("[{},{},{}]", two).error().status, 413);
  for (const auto* body : {"", "{}", "[{}", "[{},]", "[{}] x", "[{\"a\":}]", "[nul]", "[{}{}]"})
    EXPECT_EQ(decode_batch(body, kLimits).error().status, 400) << body;
  EXPECT_EQ(decode_batch("[{}, {]}]", kLimits).error().detail,
            "the value at byte 5 of the batch: not valid JSON at byte 1: syntax error");
}

TEST(CloudEvents, DecodesFieldValuesOnce) {
  const auto decoded = [](std::string_view value) {
    const auto text = decode_field_value(value);
    return text ? *text : "! " + text.error().message;
  };
  EXPECT_EQ(decoded("Euro%20%E2%82%AC%20%F0%9F%98%80"), "Euro \xE2\x82\xAC \xF0\x9F\x98\x80");
  EXPECT_EQ(decoded("%e2%82%ac"), "\xE2\x82\xAC") << "lower case is accepted";
  EXPECT_EQ(decoded("%41"), "A") << "what need not be encoded is accepted";
  EXPECT_EQ(decoded("%2541"), "%41") << "a single round";
  EXPECT_EQ(decoded(R"("a \"b\" \\ c")"), R"(a "b" \ c)");
  EXPECT_EQ(decoded(R"("%20")"), " ");
  EXPECT_EQ(decoded("a b"), "a b");
  for (const auto* bad : {"%", "%2", "a%zz", "100%", "%C0%A0", "%ED%A0%80", "\xFF", "\"a", "\"a\"b", "\"a\\"})
    EXPECT_THAT(decoded(bad), ::testing::StartsWith("! ")) << bad;
}

TEST(CloudEvents, RefusesFieldsThatCannotBeRead) {
  constexpr auto kType = "application/json";
  EXPECT_EQ(binary(with({"CE-ID", "2"}), kType, kData),
            "!ce-id: stands twice; which of them counts cannot be known;");
  EXPECT_THAT(binary(with({"ce-datacontenttype", "x"}), kType, kData),
              ::testing::StartsWith("!ce-datacontenttype: "));
  EXPECT_THAT(binary(with({"ce-data", "x"}), kType, kData), ::testing::StartsWith("!ce-data: "));
  EXPECT_THAT(binary(with({"ce-bad_name", "x"}), kType, kData), ::testing::StartsWith("!ce-bad_name: "));
  EXPECT_EQ(binary(with({"ce-subject", "%C0%A0"}), kType, kData),
            "!ce-subject: must be UTF-8 when its percent-encoding is undone;");
  EXPECT_EQ(binary(with({"ce-subject", "a%0Ab"}), kType, kData),
            "!subject: must not contain control characters;");
  EXPECT_EQ(binary(Fields{{"ce-specversion", "1.0"}}, kType, kData).substr(0, 4), "!id:");
  EXPECT_THAT(binary(kFields, kType, "{oops"), ::testing::StartsWith("400 not valid JSON at byte 1"));
  EXPECT_EQ(binary(kFields, kType, R"({"a":{"b":1,"b":1}})"),
            "!data.a.b: stands twice; which of them counts cannot be known;");
}

TEST(CloudEvents, KeepsBinaryDataOfAnyType) {
  EXPECT_THAT(binary(kFields, "text/plain", "hello"), ::testing::EndsWith(R"("data":"hello"})"));
  EXPECT_THAT(binary(kFields, "image/png", "\x89PNG"), ::testing::EndsWith(R"("data_base64":"iVBORw=="})"));
  EXPECT_THAT(binary(kFields, "application/json", ""), ::testing::Not(::testing::HasSubstr("\"data\"")));
  EXPECT_THAT(binary(with({"ce-comexampleext", "5"}), "", "7"),
              ::testing::HasSubstr(R"("comexampleext":"5")"));
}

TEST(CloudEvents, BecomesANativeEvent) {
  const auto native = native_of_cloudevent(object_of(kEvent));
  EXPECT_EQ(native.at("type"), "challenge.sent");
  EXPECT_EQ(native.at("time"), "2018-04-05T03:56:24Z");
  EXPECT_EQ(native.at("tenant"), "acme");
  EXPECT_THAT(prepared(native), ::testing::StartsWith("{\"id\":\"1234-1234-1234@"));
  const auto own =
      native_of_cloudevent(object_of(R"({"specversion":"1.0","type":"x.challenge.sent","source":"s",
    "id":"1","time":"2018-04-05T03:56:24Z","data":{"id":"own","type":"login.failed","time":"2026-01-01T00:00:00Z"}})"));
  EXPECT_EQ(json::serialize(own), R"({"id":"own","type":"login.failed","time":"2026-01-01T00:00:00Z"})");
  EXPECT_EQ(native_of_cloudevent(
                object_of(R"({"specversion":"1.0","type":"other","source":"s","id":"1","data":"x"})"))
                .at("type"),
            "other")
      << "so that the refusal names the types that there are";
}

TEST(CloudEvents, GivesEachSourceAndIdAnIdOfItsOwn) {
  const auto id = [](std::string_view source, std::string_view own) {
    json::object event;
    event["source"] = json::string_view(source.data(), source.size());
    event["id"] = json::string_view(own.data(), own.size());
    const auto native = native_of_cloudevent(event);
    return std::string(native.at("id").as_string());
  };
  EXPECT_EQ(id("/a", "1"), "1@" + std::string(43, 'x').replace(0, 43, id("/a", "2").substr(2)));
  EXPECT_NE(id("/a", "1"), id("/b", "1"));
  EXPECT_NE(id("/a", "1"), id("/a", "2"));
  EXPECT_EQ(id("/a", "1"), id("/a", "1"));
  const std::string longest(84, 'x'), longer(85, 'x');
  EXPECT_EQ(id("/a", longest).size(), 128u);
  EXPECT_TRUE(id("/a", longest).starts_with(longest + "@"));
  EXPECT_EQ(id("/a", longer).size(), 87u);
  EXPECT_EQ(id("/a", longer)[43], '#');
  EXPECT_NE(id("/a", longer), id("/a", longer + "y"));
}

}  // namespace
}  // namespace countersign::protocols
