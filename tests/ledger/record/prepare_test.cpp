#include "ledger/record/prepare.h"

#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "tests/ledger/record/sample_event.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::record {
namespace {

namespace json = boost::json;

constexpr std::string_view kPlaceholder = "-------------------------------------------";

const Sender kSender{base::SourceName("app"), Proof::token};

Faults faults_of(const json::object& event, Vocabulary vocabulary = Vocabulary::source) {
  const auto prepared = prepare_event(event, kSender, vocabulary);
  return prepared ? Faults{} : prepared.error();
}

std::vector<std::string> paths_of(const Faults& faults) {
  std::vector<std::string> out;
  for (const auto& fault : faults) out.push_back(fault.path);
  return out;
}

json::object with(std::string_view attributes) {
  auto event = smallest_event();
  event["attributes"] = json::parse(json::string_view(attributes.data(), attributes.size()));
  return event;
}

std::vector<json::value> bad_values(const EventField& field) {
  std::vector<json::value> out{nullptr, json::object(), json::array()};
  const auto add = [&](std::initializer_list<json::value> values) {
    out.insert(out.end(), values.begin(), values.end());
  };
  if (field.type != FieldType::integer) add({7, -1, 1.5});
  if (field.type != FieldType::boolean) add({true});
  switch (field.type) {
    case FieldType::text:
      add({"", "a\nb", json::string("a\0b", 3), "\x7F", json::string(field.max + 1, 'x')});
      break;
    case FieldType::time:
      add({"", "2026-01-31", "2026-01-31T09:30:00", "2026-02-30T09:30:00Z", "2026-01-31T09:30:00.1234567891Z",
           "now"});
      break;
    case FieldType::event_type:
      add({"", "challenge.sent ", "Challenge.sent", "challenge", "key.created"});
      break;
    case FieldType::tenant:
      add({"", "Acme", "_system", "a_b", json::string(64, 'a'), "-a"});
      break;
    case FieldType::purpose:
      add({"", "Login", "other"});
      break;
    case FieldType::factor:
      add({"", "SMS", "otp"});
      break;
    case FieldType::integer:
      add({-1, 1.5, "7", field.max + 1, 1e300});
      if (field.min > 0) add({field.min - 1});
      break;
    case FieldType::boolean:
      add({"true", 0});
      break;
    case FieldType::decimal:
      add({"", ".5", "1.", "-1", "1e3", "01", "1,5", "+1", json::string(33, '1')});
      break;
    case FieldType::currency:
      add({"", "eur", "EURO", "E1R", "EU"});
      break;
  }
  return out;
}

TEST(PrepareEvent, AcceptsAGoodValueOfEveryMember) {
  for (const auto& field : kEventFields) {
    if (field.personal == Kind::raw) continue;
    auto event = smallest_event();
    put(event, field, good_value(field));
    EXPECT_EQ(faults_of(event), Faults{}) << path_of(field);
  }
}

TEST(PrepareEvent, NamesTheMemberOfEveryBadValue) {
  for (const auto& field : kEventFields) {
    if (field.personal == Kind::raw) continue;
    for (const auto& value : bad_values(field)) {
      auto event = smallest_event();
      put(event, field, value);
      const auto faults = faults_of(event);
      ASSERT_EQ(faults.size(), 1u) << path_of(field) << " = " << json::serialize(value);
      EXPECT_EQ(faults[0].path, path_of(field)) << json::serialize(value);
      EXPECT_FALSE(faults[0].reason.empty());
    }
  }
}

TEST(PrepareEvent, AcceptsTheLongestAndTheShortestTexts) {
  for (const auto& field : kEventFields) {
    if (field.type != FieldType::text || field.personal == Kind::raw) continue;
    for (const auto length : {field.min, field.max}) {
      std::string text;
      for (std::uint64_t i = 0; i < length; ++i) text += "\xE2\x82\xAC";
      auto event = smallest_event();
      put(event, field, json::value(text));
      EXPECT_EQ(faults_of(event), Faults{}) << path_of(field) << ": characters count, not bytes";
    }
  }
}

TEST(PrepareEvent, RequiresWhatEveryEventMustHave) {
  EXPECT_THAT(paths_of(faults_of({})), testing::UnorderedElementsAre("id", "time", "type", "tenant"));
  for (const auto* name : {"id", "time", "type", "tenant"}) {
    auto event = smallest_event();
    event.erase(name);
    EXPECT_THAT(paths_of(faults_of(event)), testing::ElementsAre(name));
  }
}

TEST(PrepareEvent, RefusesUnknownMembersWithTheirPath) {
  auto event = smallest_event();
  event["extra"] = 1;
  event["actor"] = {{"id", "u"}, {"ssn", "1"}};
  event["Challenge"] = json::object();
  event["email"] = "a@example.com";
  EXPECT_THAT(paths_of(faults_of(event)),
              testing::UnorderedElementsAre("extra", "actor.ssn", "Challenge", "email"));
}

TEST(PrepareEvent, RefusesAMemberThatIsNoObject) {
  for (const auto* name :
       {"actor", "challenge", "action", "device", "session", "outcome", "cost", "attributes"}) {
    for (const json::value& value :
         {json::value(1), json::value("x"), json::value(nullptr), json::value(json::array())}) {
      auto event = smallest_event();
      event[name] = value;
      EXPECT_THAT(paths_of(faults_of(event)), testing::ElementsAre(name));
    }
  }
}

TEST(PrepareEvent, CollectsManyFaultsButNotWithoutBound) {
  auto event = smallest_event();
  for (int i = 0; i < 100; ++i) event["unknown" + std::to_string(i)] = 1;
  EXPECT_EQ(faults_of(event).size(), 16u);
}

TEST(PrepareEvent, NeverShowsAValue) {
  for (const auto& field : kEventFields) {
    if (field.personal == Kind::raw) continue;
    auto event = smallest_event();
    put(event, field, json::value("PRIVATE\nPRIVATE" + std::string(2000, 'x')));
    for (const auto& fault : faults_of(event)) {
      EXPECT_EQ(fault.reason.find("PRIVATE"), std::string::npos) << path_of(field);
      EXPECT_LT(fault.reason.size(), 600u);
    }
  }
}

TEST(PrepareEvent, WritesMembersInTheirOrderWhateverTheOrderTheyComeIn) {
  const auto full = fullest_event();
  json::object reversed;
  const auto backwards = [](const json::object& object) {
    return std::vector<json::key_value_pair>(object.rbegin(), object.rend());
  };
  for (const auto& member : backwards(full)) {
    if (!member.value().is_object() || member.key() == "attributes") {
      reversed[member.key()] = member.value();
      continue;
    }
    json::object inner;
    for (const auto& one : backwards(member.value().get_object())) inner[one.key()] = one.value();
    reversed[member.key()] = std::move(inner);
  }
  const auto one = prepare_event(full, kSender), other = prepare_event(reversed, kSender);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->json, other->json);
}

TEST(PrepareEvent, WritesWhatWasSentExceptForPersonalValues) {
  const auto prepared = prepare_event(
      json::parse(R"({"tenant":"acme","type":"challenge.sent","time":"2026-01-31T09:30:00Z","id":"e\u0001\"1",
                      "challenge":{"attempt":3,"factor":"sms"},"device":{"new":false,"ip":"203.0.113.7"},"actor":{}})")
          .as_object(),
      kSender);
  ASSERT_FALSE(prepared) << "a control character in the id";
  const auto good = prepare_event(
      json::parse(
          R"({"tenant":"acme","type":"challenge.sent","time":"2026-01-31t09:30:00z","id":"e\u00e9\"\/1",
                      "challenge":{"attempt":3,"factor":"sms"},"device":{"new":false,"ip":"203.0.113.7"},"actor":{}})")
          .as_object(),
      kSender);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->json,
            "{\"id\":\"e\xC3\xA9\\\"/1\",\"time\":\"2026-01-31t09:30:00z\",\"type\":\"challenge.sent\","
            "\"tenant\":\"acme\",\"challenge\":{\"factor\":\"sms\",\"attempt\":3},\"device\":{\"ip\":\"" +
                std::string(kPlaceholder) + "\",\"new\":false}}");
  EXPECT_EQ(good->id, "e\xC3\xA9\"/1");
  EXPECT_EQ(good->tenant.value(), "acme");
  EXPECT_EQ(good->source.value(), "app");
  EXPECT_EQ(good->proof, Proof::token);
}

TEST(PrepareEvent, SaysWhereEachTokenBelongs) {
  const auto prepared = prepare_event(fullest_event(), kSender);
  ASSERT_TRUE(prepared);
  std::uint32_t last = 0;
  for (const auto& personal : prepared->personal) {
    EXPECT_GT(personal.offset, last);
    last = personal.offset;
    EXPECT_EQ(prepared->json.substr(personal.offset - 1, kPlaceholder.size() + 2),
              "\"" + std::string(kPlaceholder) + "\"");
  }
  std::size_t placeholders = 0;
  for (auto at = prepared->json.find(kPlaceholder); at != std::string::npos;
       at = prepared->json.find(kPlaceholder, at + 1))
    ++placeholders;
  EXPECT_EQ(placeholders, prepared->personal.size());
  EXPECT_EQ(prepared->json.find("203.0"), std::string::npos);
  std::size_t members = 0;
  for (const auto& field : kEventFields) members += field.personal && field.personal != Kind::raw ? 1 : 0;
  EXPECT_EQ(prepared->personal.size(), members + 5) << "and the five values under attributes";
}

TEST(PrepareEvent, KeepsAttributesAsTheirJsonText) {
  const auto prepared = prepare_event(with(R"({"a":"x\"y","b":[1,2.5,null],"c":{"d":true}})"), kSender);
  ASSERT_TRUE(prepared);
  std::vector<std::string> values;
  for (const auto& personal : prepared->personal) {
    EXPECT_EQ(personal.kind, Kind::attribute);
    values.push_back(personal.value);
  }
  EXPECT_THAT(values, testing::ElementsAre(R"("x\"y")", "1", "2.5E0", "null", "true"));
}

TEST(PrepareEvent, LeavesInTheClearWhatIsListedAsNotPersonalAndNothingElse) {
  const std::vector<std::string> listed{"content_sha256", "flags", "order.currency", "otp", "plan", "seats"};
  const std::string as_a_token(base::kDigestBase64UrlSize, 'x');
  const auto write = [&](const std::string& attributes) {
    const auto prepared =
        prepare_event(with(attributes), kSender, Vocabulary::source, {.not_personal = listed});
    EXPECT_TRUE(prepared) << attributes;
    const auto at = prepared->json.find("\"attributes\":") + 13;
    std::string out = prepared->json.substr(at, prepared->json.size() - at - 1);
    const auto view = read_event(prepared->json);
    EXPECT_TRUE(view) << prepared->json;
    std::size_t tokens = 0;
    EXPECT_TRUE(for_each_token(*view, [&](const TokenAt& token) {
      EXPECT_EQ(token.token.data(), prepared->json.data() + prepared->personal[tokens++].offset);
    }));
    EXPECT_EQ(tokens, prepared->personal.size());
    for (std::size_t found; (found = out.find(kPlaceholder)) != std::string::npos;)
      out.replace(found, std::string_view(kPlaceholder).size(), "*");
    return out;
  };
  EXPECT_EQ(write(R"({"plan":"pro","seats":-5,"other":"pro","order":{"currency":"EUR","total":5}})"),
            R"({"plan":"pro","seats":-5,"other":"*","order":{"currency":"EUR","total":"*"}})");
  EXPECT_EQ(write(R"({"flags":["a",true,0,18446744073709551615],"plan":{"name":"pro"},"order":"x"})"),
            R"({"flags":["a",true,0,18446744073709551615],"plan":{"name":"*"},"order":"*"})");
  EXPECT_EQ(write(R"({"flags":[{"plan":"pro"},["b"]],"seats":[{"order":{"currency":"EUR"}}]})"),
            R"({"flags":[{"plan":"*"},["b"]],"seats":[{"order":{"currency":"*"}}]})");
  EXPECT_EQ(write(R"({"plan":"ana@example.com","seats":2.5,"flags":[null]})"),
            R"({"plan":"*","seats":"*","flags":["*"]})");
  EXPECT_EQ(write(fmt::format(R"({{"plan":"{}","seats":"{}x"}})", as_a_token, as_a_token)),
            fmt::format(R"({{"plan":"*","seats":"{}x"}})", as_a_token))
      << "what is as long as a token could be taken for one";
  EXPECT_EQ(write(fmt::format(R"({{"plan":"{}"}})", std::string(129, 'x'))), R"({"plan":"*"})");
  EXPECT_EQ(write(R"({"otp":"739104","plan":"a\"b"})"), R"({"plan":"a\"b"})") << "a secret goes all the same";
  auto event = with(R"({"plan":"pro"})");
  event["id"] = content_id(base::Digest());
  const auto known = prepare_event(event, kSender, Vocabulary::source, {.not_personal = listed});
  ASSERT_TRUE(known);
  EXPECT_EQ(known->personal.size(), 1u) << "what an event is known by stays erasable";
}

TEST(PrepareEvent, RemovesSecretsUnderAttributesAndSaysSo) {
  const auto prepared = prepare_event(
      with(
          R"({"otp":"739104","list":[{"Custom_Code":"739104","ok":1}],"nested":{"api-key":"739104"},"pin_code":{"x":"739104"}})"),
      kSender, Vocabulary::source, {{"data.custom_code"}, {}});
  ASSERT_TRUE(prepared);
  EXPECT_THAT(prepared->redacted,
              testing::ElementsAre("data.custom_code", "attributes.otp", "attributes.list[0].Custom_Code",
                                   "attributes.nested.api-key", "attributes.pin_code"));
  EXPECT_EQ(prepared->json.find("739104"), std::string::npos);
  for (const auto& personal : prepared->personal) EXPECT_EQ(personal.value.find("739104"), std::string::npos);
}

TEST(PrepareEvent, LeavesOutAttributesOfWhichNothingIsLeft) {
  const auto prepared = prepare_event(with(R"({"otp":"1","password":"2"})"), kSender);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared->json.find("attributes"), std::string::npos);
  EXPECT_EQ(prepared->redacted.size(), 2u);
  EXPECT_EQ(prepare_event(with("{}"), kSender)->json, prepare_event(smallest_event(), kSender)->json);
}

TEST(PrepareEvent, RefusesAttributeNamesThatCouldHoldAnything) {
  for (const std::string name : {"", "a b", "1a", "-a", "a@b", "a\\n", "\xC3\xA9", "a\"b"}) {
    auto event = smallest_event();
    event["attributes"] = {{name, 1}};
    EXPECT_EQ(faults_of(event).size(), 1u) << name;
  }
  auto event = smallest_event();
  event["attributes"] = {{std::string(64, 'n'), 1}, {"A_b.c-9", 1}};
  EXPECT_EQ(faults_of(event), Faults{});
  event["attributes"] = {{std::string(65, 'n'), 1}};
  EXPECT_EQ(faults_of(event).size(), 1u);
}

TEST(PrepareEvent, HoldsTheLimitsOfAttributes) {
  EXPECT_EQ(faults_of(with(R"({"a":{"b":{"c":{"d":{"e":{"f":1}}}}}})")), Faults{}) << "six deep";
  EXPECT_EQ(faults_of(with(R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}})")).size(), 1u);
  json::array values(256, 1);
  auto event = smallest_event();
  event["attributes"] = {{"list", values}};
  EXPECT_EQ(faults_of(event), Faults{});
  values.push_back(1);
  event["attributes"] = {{"list", values}};
  EXPECT_THAT(paths_of(faults_of(event)), testing::ElementsAre("attributes"));
}

TEST(PrepareEvent, HoldsTheLimitOfSize) {
  const auto sized = [](std::size_t extra) {
    auto event = smallest_event();
    event["attributes"] = {{"a", std::string(extra, 'x')}};
    return event;
  };
  EXPECT_EQ(faults_of(sized(32'000)), Faults{});
  EXPECT_THAT(paths_of(faults_of(sized(32'768))), testing::ElementsAre(""));
}

TEST(PrepareEvent, KeepsARecordWithinAnEntryBundle) {
  auto event = smallest_event();
  json::array many(256, 1);
  json::object attributes;
  std::string name(60, 'n');
  for (int i = 0; i < 255; ++i) attributes[name + std::to_string(i)] = 1;
  event["attributes"] = attributes;
  const auto prepared = prepare_event(event, kSender);
  ASSERT_TRUE(prepared);
  EXPECT_LE(prepared->json.size() + kRecordHeadMax, kRecordBytesMax);
  std::vector<std::string> paths(1000, std::string(64, 'p'));
  EXPECT_FALSE(prepare_event(smallest_event(), kSender, Vocabulary::source, {paths, {}}));
}

TEST(PrepareEvent, TakesARawPayloadFromTheCollectorOnly) {
  auto event = smallest_event();
  event["delivery"] = {{"raw", "{}"}};
  const auto faults = faults_of(event);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "delivery.raw");

  const std::string payload(kEventBytesMax + 1, 'x');
  const auto kept = prepare_event(smallest_event(), kSender, Vocabulary::source, {{}, payload});
  ASSERT_TRUE(kept) << "a payload does not count towards the size of the event";
  ASSERT_EQ(kept->personal.size(), 1u);
  EXPECT_EQ(kept->personal[0].kind, Kind::raw);
  EXPECT_EQ(kept->personal[0].value, payload);
  EXPECT_TRUE(kept->json.ends_with("\"delivery\":{\"raw\":\"-------------------------------------------\"}}"))
      << kept->json;

  event["delivery"] = {{"sequence", 7}};
  const auto both = prepare_event(event, kSender, Vocabulary::source, {{}, "{}"});
  ASSERT_TRUE(both);
  EXPECT_NE(both->json.find("\"delivery\":{\"sequence\":7,\"raw\":\""), std::string::npos) << both->json;

  const auto large =
      prepare_event(smallest_event(), kSender, Vocabulary::source, {{}, std::string(kRawBytesMax + 1, 'x')});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error()[0].path, "delivery.raw");
}

TEST(PrepareEvent, KeepsTheHashOfTheContentAsAPersonalValue) {
  auto event = smallest_event();
  event["id"] = content_id(base::Digest{});
  event["attributes"] = {{"a", 1}};
  const auto prepared = prepare_event(event, kSender);
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(prepared->id.empty());
  ASSERT_TRUE(prepared->content_id);
  EXPECT_EQ(prepared->json.substr(prepared->content_id->offset - 8, 51),
            "content:" + std::string(kPlaceholder));
  const auto& personal = prepared->personal.at(prepared->content_id->personal);
  EXPECT_EQ(personal.kind, Kind::attribute);
  EXPECT_EQ(personal.value, "\"" + std::string(64, '0') + "\"");
  EXPECT_THAT(prepared->json,
              ::testing::EndsWith(R"("attributes":{"content_sha256":")" + std::string(kPlaceholder) +
                                  R"(","a":")" + std::string(kPlaceholder) + R"("}})"));
  EXPECT_TRUE(read_event(prepared->json));
  event["attributes"] = {{"content_sha256", "mine"}};
  EXPECT_THAT(paths_of(faults_of(event)), ::testing::ElementsAre("attributes.content_sha256"));
  event.erase("attributes");
  EXPECT_THAT(prepare_event(event, kSender)->json, ::testing::EndsWith(std::string(kPlaceholder) + R"("}})"));
  for (const auto* digits :
       {"", "00", "zz", "0000000000000000000000000000000000000000000000000000000000000"}) {
    event["id"] = std::string(kContentIdPrefix) + digits;
    EXPECT_THAT(paths_of(faults_of(event)), ::testing::ElementsAre("id")) << digits;
  }
}

TEST(PrepareEvent, KeepsTheSystemLogsWordsToTheSystemLog) {
  auto event = smallest_event();
  event["type"] = "key.created";
  event["tenant"] = "_system";
  EXPECT_EQ(faults_of(event).size(), 2u);
  EXPECT_EQ(faults_of(event, Vocabulary::system), Faults{});
  event = smallest_event();
  event["type"] = "action.performed";
  EXPECT_EQ(faults_of(event), Faults{});
  EXPECT_EQ(faults_of(event, Vocabulary::system).size(), 1u);
  // What people do who look at the evidence is told in the words that everybody else's sign-ins are told in.
  event["type"] = "challenge.verified";
  EXPECT_EQ(faults_of(event), Faults{});
  EXPECT_EQ(faults_of(event, Vocabulary::system), Faults{});
}

}  // namespace
}  // namespace countersign::record
