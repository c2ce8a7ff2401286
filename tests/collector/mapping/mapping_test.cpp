#include "collector/mapping/mapping.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace countersign::mapping {
namespace {

namespace json = boost::json;

using ::testing::HasSubstr;

constexpr std::string_view kHead =
    "[event]\nid = \"id\"\ntime = {column=\"t\", format=\"rfc3339\"}\ntype = "
    "{const=\"challenge.sent\"}\ntenant = {const=\"acme\"}\n";

Mapping mapping(const std::string& more, const std::string& before = "") {
  auto parsed = Mapping::parse(before + std::string(kHead) + more);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return std::move(*parsed);
}

Row row(json::object more) {
  Row out{{"id", "1"}, {"t", "2026-01-31T09:30:00Z"}};
  for (auto& member : more) out[member.key()] = member.value();
  return out;
}

/// As JSON with the members of every object in the order of their names.
std::string sorted(const json::value& value) {
  if (!value.is_object()) return json::serialize(value);
  std::map<std::string, std::string> members;
  for (const auto& member : value.get_object()) members[member.key()] = sorted(member.value());
  std::string out;
  for (const auto& [name, text] : members) out += (out.empty() ? "{\"" : ",\"") + name + "\":" + text;
  return out + "}";
}

std::string event_of(const Mapping& with, const Row& from) {
  const auto event = with.apply(from);
  if (!event) return "fault at " + event.error().front().path;
  return *event ? sorted(**event) : "skipped";
}

TEST(Mapping, TakesTheExampleOfTheDocumentation) {
  std::ifstream in(std::string(COUNTERSIGN_TEST_DATA) + "/../../docs/backfill.md");
  std::stringstream text;
  text << in.rdbuf();
  const auto all = text.str();
  const auto begin = all.find("```toml\n") + 8;
  const auto parsed = Mapping::parse(std::string_view(all).substr(begin, all.find("```", begin) - begin));
  ASSERT_TRUE(parsed) << parsed.error().message;
  const Row one{{"attempt_id", "a-7"}, {"step", "2"},       {"created_at", "2026-01-31 11:30:00.5"},
                {"status", "ok"},      {"user_id", "u-17"}, {"msisdn", "+14155550100"},
                {"channel", "call"},   {"plan", "gold"},    {"internal", "whatever"}};
  EXPECT_EQ(
      event_of(*parsed, one),
      R"({"actor":{"id":"u-17","phone":"+14155550100"},"attributes":{"plan":"gold"},"challenge":{"factor":"voice",)"
      R"("id":"a-7"},"id":"a-7/2","tenant":"acme","time":"2026-01-31T11:30:00.5+02:00","type":"challenge.verified"})");
  auto other = one;
  other["status"] = "test";
  EXPECT_EQ(event_of(*parsed, other), "skipped");
  other["status"] = "what";
  EXPECT_EQ(event_of(*parsed, other), "fault at status");
}

TEST(Mapping, SaysWhatIsWrongWithItsFileAndWhere) {
  const auto message = [](const std::string& more) {
    const auto parsed = Mapping::parse(std::string(kHead) + more);
    return parsed ? std::string("taken") : parsed.error().message;
  };
  EXPECT_THAT(message("actor.shoe = \"x\"\n"),
              HasSubstr("line 6: an event has no member actor.shoe; it has: id, time"));
  EXPECT_THAT(message("actor.id = 7\n"), HasSubstr("line 6: actor.id must be a column's name, or a table"));
  EXPECT_THAT(message("actor.id = {colum = \"x\"}\n"), HasSubstr("colum"));
  EXPECT_THAT(message("actor.id = \"otp\"\n"), HasSubstr("named as a secret"));
  EXPECT_THAT(message("actor.id = \"request.Pass_word\"\n"), HasSubstr("named as a secret"));
  EXPECT_THAT(message("challenge.expires_at = \"e\"\n"), HasSubstr("needs a format"));
  EXPECT_THAT(message("challenge.expires_at = {column=\"e\", format=\"%Y\"}\n"), HasSubstr("needs a zone"));
  EXPECT_THAT(message("challenge.expires_at = {column=\"e\", format=\"%Y\", zone=\"CET\"}\n"),
              HasSubstr("zone must be"));
  EXPECT_THAT(message("[other]\n"), HasSubstr("none of unmapped"));
  EXPECT_THAT(message("x = \n"), HasSubstr("line 6"));
  EXPECT_THAT(Mapping::parse("[event]\nid = \"id\"\n").error().message, HasSubstr("where time comes from"));
  EXPECT_THAT(Mapping::parse("unmapped = \"keep\"\n" + std::string(kHead)).error().message,
              HasSubstr("unmapped must be"));
}

TEST(Mapping, RefusesKeepsOrDropsWhatIsNotMapped) {
  const auto one = row({{"plan", "gold"}, {"a b", 7}, {"Verification-Code", "739104"}, {"empty", ""}});
  EXPECT_EQ(event_of(mapping(""), one), "fault at plan");
  EXPECT_EQ(event_of(mapping("", "unmapped = \"drop\"\n"), one).find("attributes"), std::string::npos);
  const auto kept = event_of(mapping("", "unmapped = \"attributes\"\n"), one);
  EXPECT_THAT(kept, HasSubstr(R"("attributes":{"a_b":7,"plan":"gold"})")) << "and never the code";
}

TEST(Mapping, MakesTheTypesThatMembersHave) {
  const auto with = mapping("device.new = \"n\"\ndevice.asn = \"a\"\noutcome.risk = \"r\"\n");
  EXPECT_THAT(event_of(with, row({{"n", "Yes"}, {"a", "64500"}, {"r", 10}})),
              HasSubstr(R"("device":{"asn":64500,"new":true},"id":"1","outcome":{"risk":10})"));
  EXPECT_EQ(event_of(with, row({{"n", "perhaps"}})), "fault at n");
  EXPECT_EQ(event_of(with, row({{"a", "12x"}})), "fault at a");
  EXPECT_EQ(event_of(with, row({{"a", ""}})).find("device"), std::string::npos);
}

TEST(Mapping, NeverShowsAValueInAFault) {
  const auto with = mapping("device.asn = \"a\"\n");
  const auto faults = with.apply(row({{"a", "secret-value"}, {"b", "secret-value"}}));
  ASSERT_FALSE(faults);
  for (const auto& fault : faults.error())
    EXPECT_EQ((fault.path + fault.reason).find("secret-value"), std::string::npos);
}

TEST(Mapping, MakesAnIdOfAWholeRow) {
  const auto with = Mapping::parse(
      "unmapped=\"drop\"\n[event]\nid={hash=true}\ntime={column=\"t\",format=\"rfc3339\"}\ntype={const="
      "\"login.failed\"}\ntenant={const=\"acme\"}\n");
  ASSERT_TRUE(with) << with.error().message;
  const auto id = [&](const Row& from) { return std::string((**with->apply(from)).at("id").as_string()); };
  EXPECT_EQ(id(row({{"x", "1"}})), id(row({{"x", "1"}})));
  EXPECT_NE(id(row({{"x", "1"}})), id(row({{"x", "2"}})));
  EXPECT_EQ(id(row({})).size(), 72u);
}

TEST(MappingTime, ReadsEachForm) {
  EXPECT_EQ(time_of("1769851800", "epoch_s", ""), "2026-01-31T09:30:00.000000Z");
  EXPECT_EQ(time_of("1769851800.25", "epoch_s", ""), "2026-01-31T09:30:00.250000Z");
  EXPECT_EQ(time_of("1769851800250", "epoch_ms", ""), "2026-01-31T09:30:00.250000Z");
  EXPECT_EQ(time_of("1769851800250001", "epoch_us", ""), "2026-01-31T09:30:00.250001Z");
  EXPECT_EQ(time_of("2026-01-31T09:30:00Z", "rfc3339", ""), "2026-01-31T09:30:00Z");
  EXPECT_EQ(time_of("2026-01-31T09:30:00", "rfc3339", "Z"), "2026-01-31T09:30:00Z");
  EXPECT_EQ(time_of("31.01.2026 09:30", "%d.%m.%Y %H:%M", "+01:00"), "2026-01-31T09:30:00+01:00");
  EXPECT_EQ(time_of("31/Jan/2026:09:30:00 -0330", "%d/%b/%Y:%H:%M:%S %z", ""), "2026-01-31T09:30:00-03:30");
  EXPECT_EQ(time_of("2026-01-31 09:30:00,123", "%Y-%m-%d %H:%M:%S", "Z"), "2026-01-31T09:30:00.123Z");
  for (const auto* text : {"", "x", "-1", "1769851800.", "1769851800x", "99999999999999999999"})
    EXPECT_FALSE(time_of(text, "epoch_s", "")) << text;
  EXPECT_FALSE(time_of("2026-02-30 09:30:00", "%Y-%m-%d %H:%M:%S", "Z"));
  EXPECT_FALSE(time_of("2026-01-31 09:30:00 more", "%Y-%m-%d %H:%M:%S", "Z"));
  EXPECT_FALSE(time_of("2026-01-31T09:30:00", "rfc3339", ""));
}

TEST(Flattened, GivesLeavesTheirPaths) {
  const auto parsed = json::parse(R"({"a":{"b":{"c":1},"d":[1,2]},"e":null})");
  EXPECT_EQ(json::serialize(flattened(parsed.as_object())), R"({"a.b.c":1,"a.d":[1,2],"e":null})");
}

}  // namespace
}  // namespace countersign::mapping
