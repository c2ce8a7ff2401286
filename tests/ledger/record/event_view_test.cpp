#include "ledger/record/event_view.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/record/prepare.h"
#include "tests/ledger/record/sample_event.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::record {
namespace {

namespace json = boost::json;

/// Prepares an event; a raw payload in it is handed over as the collector does.
PreparedEvent prepare(json::object event) {
  Addition addition;
  auto* delivery = event.if_contains("delivery");
  if (auto* raw = delivery == nullptr ? nullptr : delivery->get_object().if_contains("raw")) {
    addition.raw = json::value_to<std::string>(*raw);
    delivery->get_object().erase("raw");
  }
  auto prepared = prepare_event(event, {base::SourceName("app"), Proof::token}, Vocabulary::source, addition);
  EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().front().path + prepared.error().front().reason);
  return prepared ? *prepared : PreparedEvent{};
}

/// What the view must give for a field that was sent as `value`.
void expect_field(const EventView& view, std::size_t i, const json::value& value, const std::string& where) {
  const auto field = static_cast<Field>(i);
  ASSERT_TRUE(view.has(field)) << where;
  if (kEventFields[i].personal) {
    EXPECT_EQ(view.plain(field), std::string(base::kDigestBase64UrlSize, '-')) << where;
  } else if (value.is_string()) {
    EXPECT_EQ(view.text(field), std::string(value.get_string().data(), value.get_string().size())) << where;
  } else {
    EXPECT_EQ(view.text(field), json::serialize(value)) << where;
  }
}

TEST(ReadEvent, GivesBackEachMemberAlone) {
  for (std::size_t i = 0; i < kEventFieldCount; ++i) {
    auto event = smallest_event();
    put(event, kEventFields[i], good_value(kEventFields[i]));
    const auto prepared = prepare(event);
    const auto view = read_event(prepared.json);
    ASSERT_TRUE(view) << prepared.json;
    expect_field(*view, i, good_value(kEventFields[i]), path_of(kEventFields[i]));
    for (std::size_t other = 4; other < kEventFieldCount; ++other)
      EXPECT_EQ(view->has(static_cast<Field>(other)), other == i) << path_of(kEventFields[other]);
  }
}

TEST(ReadEvent, GivesBackAllMembersAndNone) {
  auto event = fullest_event();
  put(event, kEventFields[kDeliveryRaw], good_value(kEventFields[kDeliveryRaw]));
  const auto full = prepare(event);
  const auto view = read_event(full.json);
  ASSERT_TRUE(view);
  for (std::size_t i = 0; i < kEventFieldCount; ++i)
    expect_field(*view, i, good_value(kEventFields[i]), path_of(kEventFields[i]));
  EXPECT_FALSE(view->attributes.empty());
  const auto small = prepare(smallest_event());
  const auto none = read_event(small.json);
  ASSERT_TRUE(none);
  for (std::size_t i = 4; i < kEventFieldCount; ++i) EXPECT_FALSE(none->has(static_cast<Field>(i)));
  EXPECT_EQ(none->text(kActorId), "");
  EXPECT_TRUE(none->attributes.empty());
}

TEST(ReadEvent, FindsTheTokensInTheirOrder) {
  const auto prepared = prepare(fullest_event());
  const auto view = read_event(prepared.json);
  ASSERT_TRUE(view);
  std::vector<std::pair<Kind, std::uint32_t>> found;
  ASSERT_TRUE(for_each_token(*view, [&](const TokenAt& at) {
    found.emplace_back(at.kind, static_cast<std::uint32_t>(at.token.data() - prepared.json.data()));
  }));
  ASSERT_EQ(found.size(), prepared.personal.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(found[i], std::make_pair(prepared.personal[i].kind, prepared.personal[i].offset));
}

TEST(ReadEvent, RefusesAnEventInWhichAnyByteIsMissing) {
  auto event = fullest_event();
  event.erase("attributes");
  const std::string json = prepare(event).json;
  std::size_t refused = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    std::string shorter = json;
    shorter.erase(at, 1);
    const auto view = read_event(shorter);
    if (!view || !for_each_token(*view, [](const TokenAt&) {})) {
      ++refused;
      continue;
    }
    // What is left to be taken is a byte of a value: the frame around it is whole.
    EXPECT_EQ(std::string_view("{}:,[]").find(json[at]) == std::string_view::npos || json[at] == ':', true)
        << "without byte " << at << ": " << shorter;
  }
  EXPECT_GT(refused, json.size() / 2);
}

TEST(ReadEvent, RefusesAnotherSpelling) {
  const std::string head = R"({"id":"1","time":"t","type":"y","tenant":"a")";
  ASSERT_TRUE(read_event(head + "}"));
  for (const std::string& text : {head,
                                  head + "} ",
                                  " " + head + "}",
                                  head + ",}",
                                  head + R"(,"actor":{}})",
                                  head + R"(,"extra":1})",
                                  head + R"(,"device":{"new":1}})",
                                  head + R"(,"device":{"asn":01}})",
                                  head + R"(,"device":{"asn":-1}})",
                                  head + R"(,"device":{"asn":1.5}})",
                                  head + R"(,"device":{"asn":"1"}})",
                                  head + R"(,"outcome":{"risk":true}})",
                                  head + R"(,"action":{"resource":"r","name":"n"}})",
                                  head + R"(,"device":{"new":true},"action":{"name":"n"}})",
                                  head + R"(,"action":{"name":"\u0041"}})",
                                  head + R"(,"action":{"name":"\/"}})",
                                  head + R"(,"action":{"name":"\u000a"}})",
                                  head + ",\"action\":{\"name\":\"a\nb\"}}",
                                  head + R"(,"action":{"name":"\u001F"}})",
                                  head + R"(,"action":{"name":"\)",
                                  head + R"(,"action":{"name":"\u00)",
                                  head + R"(,"action":{"name":"a)",
                                  head + R"(,"attributes":{"a":1.5}})",
                                  head + R"(,"attributes":{"a":01}})",
                                  head + R"(,"attributes":{"a":-0}})",
                                  head + R"(,"attributes":{"a":-}})",
                                  head + R"(,"attributes":{"a":null}})",
                                  head + R"(,"attributes":[]})",
                                  head + R"(,"attributes":{"a":"\u0041"}})",
                                  std::string(R"({"id":1,"time":"t","type":"y","tenant":"a"})"),
                                  std::string(R"({"time":"t","id":"1","type":"y","tenant":"a"})"),
                                  std::string("{}"),
                                  std::string()}) {
    const auto view = read_event(text);
    ASSERT_FALSE(view) << text;
    EXPECT_EQ(view.error().code, base::Code::data_loss);
  }
}

TEST(ReadEvent, DoesNotOverflowOnDeepAttributes) {
  std::string text = R"({"id":"1","time":"t","type":"y","tenant":"a","attributes":{"a":)";
  text += std::string(100'000, '[');
  EXPECT_FALSE(read_event(text));
}

RC_GTEST_PROP(UnescapeJson, UndoesWhatAppendJsonStringDid, (const std::string& text)) {
  std::string quoted;
  base::append_json_string(quoted, text);
  RC_ASSERT(unescape_json(quoted) == text);
}

RC_GTEST_PROP(ReadEvent, ReadsWhatPrepareEventWroteWhateverTheTexts, ()) {
  auto event = smallest_event();
  std::vector<std::size_t> chosen;
  for (std::size_t i = 4; i < kEventFieldCount; ++i) {
    if (!*rc::gen::arbitrary<bool>()) continue;
    chosen.push_back(i);
    json::value value = good_value(kEventFields[i]);
    if (kEventFields[i].type == FieldType::text) {
      const auto text =
          *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>(0x20, 0x7F)));
      value = json::value(text.substr(0, kEventFields[i].max));
    }
    put(event, kEventFields[i], value);
  }
  const auto prepared = prepare(event);
  RC_ASSERT(!prepared.json.empty());
  const auto view = read_event(prepared.json);
  RC_ASSERT(view.has_value());
  for (std::size_t i = 4; i < kEventFieldCount; ++i) {
    const bool sent = std::find(chosen.begin(), chosen.end(), i) != chosen.end();
    RC_ASSERT(view->has(static_cast<Field>(i)) == sent);
    if (!sent || kEventFields[i].personal || kEventFields[i].type != FieldType::text) continue;
    const auto& text =
        event.at(kEventFields[i].object.data()).as_object().at(kEventFields[i].name.data()).as_string();
    RC_ASSERT(view->text(static_cast<Field>(i)) == std::string(text.data(), text.size()));
  }
}

TEST(EventSchema, SpellsKindsAndProofsBothWays) {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Kind::raw); ++i)
    EXPECT_EQ(parse_kind(to_string(static_cast<Kind>(i))), static_cast<Kind>(i));
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Proof::backfill); ++i)
    EXPECT_EQ(parse_proof(to_string(static_cast<Proof>(i))), static_cast<Proof>(i));
  EXPECT_FALSE(parse_kind("User"));
  EXPECT_FALSE(parse_proof(""));
}

TEST(EventSchema, HasAPositionForEachName) {
  const auto expect = [](Field field, std::string_view path) {
    EXPECT_EQ(path_of(kEventFields[field]), path);
  };
  expect(kId, "id");
  expect(kTenant, "tenant");
  expect(kActorId, "actor.id");
  expect(kActorRole, "actor.role");
  expect(kChallengeFallbackFrom, "challenge.fallback_from");
  expect(kActionContext, "action.context");
  expect(kDeviceNew, "device.new");
  expect(kSessionId, "session.id");
  expect(kOutcomeRisk, "outcome.risk");
  expect(kChallengeProviderId, "challenge.provider_id");
  expect(kCostCurrency, "cost.currency");
  expect(kDeliverySequence, "delivery.sequence");
  expect(kDeliveryRaw, "delivery.raw");
}

}  // namespace
}  // namespace countersign::record
