#include "collector/protocols/otlp.h"

#include "collector/protocols/otlp_logs.pb.h"
#include "tests/collector/protocols/shown.h"

#include <gmock/gmock.h>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr ProtocolLimits kLimits;
constexpr auto kJson = OtlpEncoding::json, kProtobuf = OtlpEncoding::protobuf;

std::string refused(std::string_view body, OtlpEncoding encoding, const ProtocolLimits& limits = kLimits) {
  const auto items = decode_otlp_logs(body, encoding, limits);
  return items ? "taken" : std::to_string(items.error().status) + " " + items.error().detail;
}

/// A request with one record, of these members.
std::string request(std::string_view record, std::string_view resource = "[]") {
  return R"({"resourceLogs":[{"resource":{"attributes":)" + std::string(resource) +
         R"(},"scopeLogs":[{"logRecords":[{)" + std::string(record) + "}]}]}]}";
}

Message only(std::string_view body, OtlpEncoding encoding = kJson) {
  auto items = decode_otlp_logs(body, encoding, kLimits);
  EXPECT_TRUE(items) << (items ? "" : items.error().detail);
  if (!items || items->size() != 1) {
    ADD_FAILURE() << "one item expected";
    return {};
  }
  return std::move(items->at(0));
}

std::string payload(std::string_view record, std::string_view resource = "[]") {
  return shown(only(request(record, resource)).payload);
}

TEST(Otlp, ReadsTheExampleAlikeInBothEncodings) {
  const auto one = only(file_text("otlp/logs.json"), kJson);
  const auto other = only(file_text("otlp/logs.pb"), kProtobuf);
  EXPECT_EQ(shown(one.payload), shown(other.payload));
  EXPECT_EQ(one.envelope.id, other.envelope.id);
  EXPECT_EQ(one.envelope.time, "2018-12-13T14:51:00.300000Z");
  EXPECT_EQ(other.envelope.time, one.envelope.time);
  // It is a line of a log, not an event of ours.
  EXPECT_EQ(shown(one.payload), R"({"message":"Example log record","id":")" + *one.envelope.id +
                                    R"(","time":"2018-12-13T14:51:00.300000Z","app":"my.service"})");
}

TEST(Otlp, TurnsWhatAnSdkSendsIntoANativeEvent) {
  const auto message = only(file_text("otlp/python_sdk.pb"), kProtobuf);
  const auto event = std::get<json::value>(message.payload).as_object();
  EXPECT_EQ(event.at("type"), "challenge.sent");
  EXPECT_EQ(event.at("time"), "2026-01-31T09:30:00.123456789Z");
  EXPECT_EQ(event.at("tenant"), "acme") << "from the resource";
  EXPECT_EQ(json::serialize(event.at("challenge")), R"({"id":"c-1","factor":"sms","attempt":1})");
  EXPECT_EQ(json::serialize(event.at("actor")), R"({"id":"u-77"})");
  EXPECT_EQ(json::serialize(event.at("device")), R"({"ip":"192.0.2.7","user_agent":"Mozilla/5.0"})");
  EXPECT_EQ(json::serialize(event.at("session")), R"({"id":"s-1"})");
  const auto& attributes = event.at("attributes").as_object();
  EXPECT_EQ(attributes.at("shop.basket"), 3);
  EXPECT_EQ(json::serialize(attributes.at("tags")), R"(["a","b"])");
  EXPECT_EQ(attributes.at("resource").at("service.name"), "shop");
  EXPECT_EQ(json::serialize(attributes.at("scope")), R"({"name":"shop.auth","version":"1.2.3"})");
  EXPECT_THAT(shown(message.payload), ::testing::Not(::testing::HasSubstr("493827"))) << "the code";
  EXPECT_THAT(shown(message.payload), ::testing::Not(::testing::HasSubstr("was sent"))) << "the body's words";

  const auto out = record::prepare_event(event, {base::SourceName("sdk"), record::Proof::token});
  ASSERT_TRUE(out) << out.error().front().path << out.error().front().reason;
  EXPECT_THAT(out->redacted, ::testing::ElementsAre("attributes.shop.otp"));
}

TEST(Otlp, MapsTheSemanticConventions) {
  const auto text = payload(R"("eventName":"com.example.login.failed","timeUnixNano":1,"attributes":[
    {"key":"enduser.id","value":{"intValue":"42"}},{"key":"user.id","value":{"stringValue":"second"}},
    {"key":"user.email","value":{"stringValue":"a@example.com"}},{"key":"user.name","value":{"stringValue":"Ann"}},
    {"key":"source.address","value":{"stringValue":"192.0.2.1"}},
    {"key":"log.record.uid","value":{"stringValue":"uid-1"}},
    {"key":"event.name","value":{"stringValue":"x"}},
    {"key":"outcome.risk","value":{"intValue":7}},{"key":"device.new","value":{"boolValue":true}}])");
  EXPECT_EQ(text,
            R"({"outcome":{"risk":7},"device":{"new":true,"ip":"192.0.2.1"},)"
            R"("actor":{"id":"42","email":"a@example.com","name":"Ann"},"type":"login.failed","id":"uid-1",)"
            R"("time":"1970-01-01T00:00:00.000000001Z","attributes":{"user.id":"second"}})");
}

TEST(Otlp, LeavesAUidThatCannotBeAnIdUnderAttributes) {
  const auto record = [](std::size_t size) {
    return R"("eventName":"x","attributes":[{"key":"log.record.uid","value":{"stringValue":")" +
           std::string(size, 'u') + R"("}}])";
  };
  EXPECT_EQ(only(request(record(128))).envelope.id, std::string(128, 'u'));
  const auto longer = only(request(record(129)));
  EXPECT_THAT(*longer.envelope.id, ::testing::StartsWith("content:"));
  EXPECT_THAT(shown(longer.payload), ::testing::HasSubstr(R"("attributes":{"log.record.uid":"uuu)"));
}

TEST(Otlp, PrefersOurNamesAndTheEventsOwnTime) {
  const auto message = only(request(R"("observedTimeUnixNano":"1544712660300000000","attributes":[
    {"key":"event.name","value":{"stringValue":"login.failed"}},
    {"key":"actor.id","value":{"stringValue":"ours"}},{"key":"user.id","value":{"stringValue":"theirs"}},
    {"key":"time","value":{"stringValue":"2026-01-31T09:30:00Z"}},{"key":"tenant","value":{"stringValue":"own"}}])",
                                    R"([{"key":"tenant","value":{"stringValue":"resource"}}])"));
  const auto event = std::get<json::value>(message.payload).as_object();
  EXPECT_EQ(json::serialize(event.at("actor")), R"({"id":"ours"})");
  EXPECT_EQ(event.at("time"), "2026-01-31T09:30:00Z");
  EXPECT_EQ(event.at("tenant"), "own");
  EXPECT_EQ(json::serialize(event.at("attributes")), R"({"user.id":"theirs"})");
  EXPECT_EQ(message.envelope.time, "2018-12-13T14:51:00.300000Z");
}

TEST(Otlp, LetsNoSenderSetTheRawPayload) {
  EXPECT_THAT(
      payload(
          R"("eventName":"login.failed","attributes":[{"key":"delivery.raw","value":{"stringValue":"x"}}])"),
      ::testing::HasSubstr(R"("attributes":{"delivery.raw":"x"})"));
}

TEST(Otlp, TakesAMapOrAJsonTextAsThePayload) {
  EXPECT_EQ(payload(R"("eventName":"login.failed","body":{"kvlistValue":{"values":[
    {"key":"id","value":{"stringValue":"e1"}},
    {"key":"n","value":{"kvlistValue":{"values":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":1},{}]}}}]}}}]}})"),
            R"({"id":"e1","n":{"a":[1,null]}})");
  EXPECT_EQ(payload(R"("body":{"stringValue":" {\"id\":\"e2\"} "})"), R"({"id":"e2"})");
  EXPECT_EQ(payload(R"("body":{"stringValue":"{\"id\":1,\"id\":2}"})"),
            "!id: stands twice; which of them counts cannot be known;");
}

TEST(Otlp, ReadsEveryKindOfValue) {
  EXPECT_EQ(
      payload(R"("body":{"kvlistValue":{"values":[
    {"key":"i","value":{"intValue":"-9223372036854775808"}},{"key":"j","value":{"intValue":7}},
    {"key":"d","value":{"doubleValue":1.5}},{"key":"e","value":{"doubleValue":"2.5"}},
    {"key":"n","value":{"doubleValue":"NaN"}},{"key":"f","value":{"doubleValue":"-Infinity"}},
    {"key":"b","value":{"bytesValue":"/+8="}},{"key":"u","value":{"bytesValue":"_-8"}},
    {"key":"t","value":{"boolValue":false}},{"key":"0","value":null},{"key":"1"},
    {"key":"x","value":{"newKindOfValue":1}}]}})"),
      R"({"i":-9223372036854775808,"j":7,"d":1.5E0,"e":2.5E0,"n":"NaN","f":"-Infinity","b":"/+8=","u":"/+8=",)"
      R"("t":false,"0":null,"1":null,"x":null})");
}

TEST(Otlp, ReadsTheSameFromBothEncodings) {
  otlp::ExportLogsServiceRequest message;
  auto& record = *message.add_resource_logs()->add_scope_logs()->add_log_records();
  record.set_time_unix_nano(5);
  record.set_event_name("login.failed");
  record.set_trace_id(std::string("\x5B", 1) + std::string(15, '\x01'));
  record.set_span_id(std::string(8, '\0'));
  const auto add = [&](const std::string& key) {
    auto& attribute = *record.add_attributes();
    attribute.set_key(key);
    return attribute.mutable_value();
  };
  add("b")->set_bytes_value("\xFF\xEF");
  add("n")->set_double_value(std::numeric_limits<double>::quiet_NaN());
  add("i")->set_int_value(-1);
  auto& list = *add("l")->mutable_array_value();
  list.add_values()->set_bool_value(true);
  list.add_values();
  const auto one = only(message.SerializeAsString(), kProtobuf);
  const auto other = only(request(R"("timeUnixNano":"5","eventName":"login.failed",
    "traceId":"5B010101010101010101010101010101","spanId":"0000000000000000","attributes":[
    {"key":"b","value":{"bytesValue":"/+8="}},{"key":"n","value":{"doubleValue":"NaN"}},
    {"key":"i","value":{"intValue":-1}},
    {"key":"l","value":{"arrayValue":{"values":[{"boolValue":true},{}]}}}])"));
  EXPECT_EQ(shown(one.payload), shown(other.payload));
  EXPECT_EQ(one.envelope.id, other.envelope.id);
  EXPECT_THAT(shown(one.payload), ::testing::HasSubstr(R"("trace_id":"5b010101010101010101010101010101")"));
  EXPECT_THAT(shown(one.payload), ::testing::Not(::testing::HasSubstr("span_id"))) << "all zeros is none";
}

TEST(Otlp, TellsRecordsApartByTheirContent) {
  const auto id = [](std::string_view record, std::string_view resource = "[]") {
    return *only(request(record, resource)).envelope.id;
  };
  constexpr auto kRecord = R"("timeUnixNano":"5","observedTimeUnixNano":"6","body":{"stringValue":"x"})";
  EXPECT_EQ(id(kRecord), id(kRecord));
  EXPECT_EQ(id(kRecord), id(R"("timeUnixNano":"5","observedTimeUnixNano":"7","body":{"stringValue":"x"})"))
      << "observed again";
  EXPECT_NE(id(kRecord), id(R"("timeUnixNano":"6","observedTimeUnixNano":"6","body":{"stringValue":"x"})"));
  EXPECT_NE(id(kRecord), id(R"("timeUnixNano":"5","body":{"stringValue":"y"})"));
  EXPECT_NE(id(kRecord), id(kRecord, R"([{"key":"host.name","value":{"stringValue":"h2"}}])"));
  EXPECT_NE(id(R"("observedTimeUnixNano":"6")"), id(R"("observedTimeUnixNano":"7")"));
  EXPECT_NE(id(R"("body":{"intValue":1})"), id(R"("body":{"stringValue":"1"})"));
  EXPECT_NE(id(R"("body":{"intValue":1})"), id(R"("body":{"doubleValue":1})"));
}

TEST(Otlp, RefusesARecordWithAKeyThatStandsTwice) {
  EXPECT_EQ(
      payload(R"("attributes":[{"key":"a<b","value":{"intValue":1}},{"key":"a<b","value":{"intValue":2}}])"),
      "!attributes.a?b: stands twice; which of them counts cannot be known;");
  EXPECT_EQ(payload(R"("body":{"kvlistValue":{"values":[{"key":"a"},{"key":"a"}]}})"),
            "!body.a: stands twice; which of them counts cannot be known;");
  EXPECT_EQ(payload("", R"([{"key":"a"},{"key":"a"}])"),
            "!attributes.a: stands twice; which of them counts cannot be known;");
  otlp::ExportLogsServiceRequest message;
  auto& record = *message.add_resource_logs()->add_scope_logs()->add_log_records();
  record.add_attributes()->set_key("a");
  record.add_attributes()->set_key("a");
  EXPECT_EQ(faults_of(only(message.SerializeAsString(), kProtobuf).payload), "!attributes.a");
}

std::string nested_json(int depth) {
  std::string out = R"({"intValue":1})";
  for (int i = 0; i < depth; ++i) out = R"({"kvlistValue":{"values":[{"key":"k","value":)" + out + "}]}}";
  return request(R"("body":)" + out);
}

std::string nested_protobuf(int depth) {
  otlp::ExportLogsServiceRequest message;
  auto* value = message.add_resource_logs()->add_scope_logs()->add_log_records()->mutable_body();
  for (int i = 0; i < depth; ++i) {
    auto& inner = *value->mutable_kvlist_value()->add_values();
    inner.set_key("k");
    value = inner.mutable_value();
  }
  value->set_int_value(1);
  return message.SerializeAsString();
}

TEST(Otlp, BoundsTheNestingOfValuesAlikeInBothEncodings) {
  EXPECT_EQ(faults_of(only(nested_json(16)).payload), "");
  EXPECT_EQ(faults_of(only(nested_protobuf(16), kProtobuf).payload), "");
  for (const auto& message : {only(nested_json(17)), only(nested_protobuf(17), kProtobuf)})
    EXPECT_THAT(shown(message.payload), ::testing::HasSubstr("values nest at most 16 deep"));
  EXPECT_THAT(refused(nested_json(1000), kJson), ::testing::StartsWith("400 not valid JSON"));
  EXPECT_THAT(refused(nested_protobuf(1000), kProtobuf),
              ::testing::StartsWith("400 invalid protobuf at byte "));
}

TEST(Otlp, RefusesDamagedProtobuf) {
  EXPECT_THAT(refused("{\"resourceLogs\":[]}", kProtobuf),
              ::testing::StartsWith("400 invalid protobuf at byte 0"));
  const auto whole = file_text("otlp/python_sdk.pb");
  for (std::size_t size = 1; size < whole.size(); ++size)
    EXPECT_THAT(refused(std::string_view(whole).substr(0, size), kProtobuf),
                ::testing::StartsWith("400 invalid protobuf"))
        << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x40);
    const auto items = decode_otlp_logs(other, kProtobuf, kLimits);
    EXPECT_EQ(items ? 400 : items.error().status, 400);
  }
}

TEST(Otlp, RefusesJsonOfTheWrongTypesWithThePath) {
  EXPECT_EQ(refused("[]", kJson), "400 the body must be a JSON object");
  EXPECT_EQ(refused(R"({"resourceLogs":{}})", kJson), "400 resourceLogs: must be an array");
  EXPECT_EQ(refused(R"({"resourceLogs":[7]})", kJson), "400 resourceLogs[0]: must be a JSON object");
  EXPECT_EQ(refused(request(R"("severityNumber":"INFO")"), kJson),
            "400 resourceLogs[0].scopeLogs[0].logRecords[0].severityNumber: must be a whole number from "
            "-2147483648 to "
            "2147483647, as a number or in a string");
  EXPECT_THAT(refused(request(R"("timeUnixNano":-1)"), kJson),
              ::testing::HasSubstr(".timeUnixNano: must be a whole"));
  EXPECT_THAT(refused(request(R"("timeUnixNano":"18446744073709551616")"), kJson),
              ::testing::HasSubstr(".timeUnixNano: "));
  EXPECT_THAT(refused(request(R"("timeUnixNano":1.5)"), kJson), ::testing::HasSubstr(".timeUnixNano: "));
  EXPECT_THAT(refused(request(R"("body":"text")"), kJson),
              ::testing::HasSubstr(".body: must be a JSON object"));
  EXPECT_THAT(refused(request(R"("body":{"stringValue":7})"), kJson),
              ::testing::HasSubstr(".body.stringValue: must be a string"));
  EXPECT_THAT(refused(request(R"("body":{"bytesValue":"%"})"), kJson),
              ::testing::HasSubstr(".body.bytesValue: must be base64"));
  EXPECT_THAT(refused(request(R"("body":{"doubleValue":"one"})"), kJson),
              ::testing::HasSubstr(".doubleValue: must be a number"));
  EXPECT_THAT(refused(request(R"("body":{"stringValue":"a","intValue":1})"), kJson),
              ::testing::HasSubstr(".body: must hold one value"));
  EXPECT_THAT(refused(request(R"("eventName":1,"eventName":2)"), kJson),
              ::testing::HasSubstr("logRecords[0].eventName: stands twice"));
  EXPECT_THAT(refused("{", kJson), ::testing::StartsWith("400 not valid JSON at byte 1"));
  EXPECT_THAT(refused("", kJson), ::testing::StartsWith("400 "));
}

TEST(Otlp, TakesNullsUnknownMembersAndRequestsWithoutRecords) {
  EXPECT_EQ(refused(R"({"resourceLogs":null,"new":{"a":1}})", kJson), "taken");
  EXPECT_EQ(
      refused(
          request(
              R"("body":null,"attributes":null,"timeUnixNano":null,"droppedAttributesCount":3,"flags":1)"),
          kJson),
      "taken");
  for (const std::string body : {"{}", R"({"resourceLogs":[]})", R"({"resourceLogs":[{}]})",
                                 R"({"resourceLogs":[{"scopeLogs":[{}]}]})"})
    EXPECT_TRUE(decode_otlp_logs(body, kJson, kLimits)->empty()) << body;
  EXPECT_TRUE(decode_otlp_logs("", kProtobuf, kLimits)->empty());
}

TEST(Otlp, HoldsTheLimitOfRecords) {
  otlp::ExportLogsServiceRequest message;
  for (int i = 0; i < 2; ++i) {
    auto& logs = *message.add_resource_logs()->add_scope_logs();
    for (int j = 0; j < 2; ++j) logs.add_log_records();
  }
  EXPECT_EQ(decode_otlp_logs(message.SerializeAsString(), kProtobuf, {.events_max = 4})->size(), 4u);
  EXPECT_THAT(refused(message.SerializeAsString(), kProtobuf, {.events_max = 3}),
              ::testing::StartsWith("413 "));
  const std::string body =
      R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{}]},{"logRecords":[{},{}]}]}]})";
  EXPECT_EQ(decode_otlp_logs(body, kJson, {.events_max = 4})->size(), 4u);
  EXPECT_THAT(refused(body, kJson, {.events_max = 3}), ::testing::StartsWith("413 "));
  std::string empty;
  for (int i = 0; i < 2000; ++i) empty += std::string("\x0A\x00", 2);
  EXPECT_THAT(refused(empty, kProtobuf, {.events_max = 5}), ::testing::StartsWith("413 "));
}

TEST(Otlp, NeverLetsAResourceCostAnEvent) {
  std::string resource = "[", attributes = "[";
  for (int i = 0; i < 400; ++i)
    resource += (i == 0 ? "" : ",") + std::string(R"({"key":"r)") + std::to_string(i) +
                R"(","value":{"stringValue":"x"}})";
  for (int i = 0; i < 250; ++i)
    attributes += (i == 0 ? "" : ",") + std::string(R"({"key":"a)") + std::to_string(i) +
                  R"(","value":{"stringValue":"x"}})";
  const std::string head = R"("eventName":"login.failed","timeUnixNano":"5","attributes":)";
  const auto small =
      only(request(head + R"([{"key":"tenant","value":{"stringValue":"acme"}}])", resource + "]"));
  EXPECT_EQ(std::get<json::value>(small.payload).at("attributes").at("resource").as_object().size(), 32u);
  EXPECT_THAT(prepared(std::get<json::value>(small.payload).as_object()), ::testing::StartsWith("{"));
  const auto crowded = only(
      request(head + attributes + R"(,{"key":"tenant","value":{"stringValue":"acme"}}])", resource + "]"));
  EXPECT_FALSE(std::get<json::value>(crowded.payload).at("attributes").as_object().contains("resource"));
  EXPECT_THAT(prepared(std::get<json::value>(crowded.payload).as_object()), ::testing::StartsWith("{"));
}

TEST(Otlp, AnswersInBothEncodings) {
  EXPECT_EQ(encode_otlp_answer(0, "", kJson), "{}");
  EXPECT_EQ(encode_otlp_answer(0, "", kProtobuf), "");
  EXPECT_EQ(encode_otlp_answer(3, "a \"b\"", kJson),
            R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"a \"b\""}})");
  otlp::ExportLogsServiceResponse response;
  ASSERT_TRUE(response.ParseFromString(encode_otlp_answer(3, "why", kProtobuf)));
  EXPECT_EQ(response.partial_success().rejected_log_records(), 3);
  EXPECT_EQ(response.partial_success().error_message(), "why");
  const base::Problem problem{400, "about:blank", "no good"};
  EXPECT_EQ(encode_otlp_error(problem, kJson), R"({"message":"no good"})");
  EXPECT_EQ(encode_otlp_error(problem, kProtobuf), "\x12\x07no good");
}

TEST(Otlp, NamesItsMediaTypes) {
  EXPECT_EQ(otlp_encoding("application/x-protobuf"), kProtobuf);
  EXPECT_EQ(otlp_encoding("Application/JSON; charset=utf-8"), kJson);
  for (const auto* type : {"", "text/plain", "application/protobuf", "application/json; charset=latin1"})
    EXPECT_EQ(otlp_encoding(type), std::nullopt) << type;
  EXPECT_EQ(media_type(kProtobuf), "application/x-protobuf");
  EXPECT_EQ(media_type(kJson), "application/json");
}

}  // namespace
}  // namespace countersign::protocols
