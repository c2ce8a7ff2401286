#include "ledger/base/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace countersign::base {
namespace {

using namespace std::string_view_literals;
using Paths = std::vector<std::string>;

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsADocumentWithWhiteSpaceAround) {
  const auto parsed = parse_json(" \t\r\n{\"a\":[1,-2,3.5,true,null,\"x\"]}\n", {});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(boost::json::serialize(parsed->value), R"({"a":[1,-2,3.5E0,true,null,"x"]})");
  EXPECT_TRUE(parsed->duplicates.empty());
}

TEST(Json, NamesDuplicatesByTheirPathsInOrder) {
  const auto parsed = parse_json(
      R"({"a":1,"a":2,"b":{"c":1,"d":{"e":1,"e":2},"c":2},"l":[{"x":1},[{"y":1,"y":2,"y":3}]]})", {});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->duplicates, (Paths{"a", "b.d.e", "b.c", "l[1][0].y", "l[1][0].y"}));
  EXPECT_EQ(parsed->value.at("a").as_int64(), 2);
}

TEST(Json, NamesDuplicatesInATopLevelArray) {
  const auto parsed = parse_json(R"([1,{"k":1},{"challenge":{"id":1,"id":2}}])", {});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->duplicates, Paths{"[2].challenge.id"});
}

TEST(Json, ComparesNamesAfterUnescaping) {
  const auto parsed = parse_json(R"({"email":1,"\u0065mail":2})", {});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->duplicates, Paths{"email"});
}

TEST(Json, DoesNotTakeEqualNamesOfDifferentObjectsForDuplicates) {
  const auto parsed = parse_json(R"([{"a":{"a":1}},{"a":1}])", {});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->duplicates.empty());
}

TEST(Json, Keeps16DuplicatesAtMost) {
  std::string text = "{\"a\":0";
  for (int i = 0; i < 100; ++i) text += ",\"a\":0";
  EXPECT_EQ(parse_json(text + "}", {})->duplicates.size(), 16u);
}

TEST(Json, RefusesNestingDeeperThanTheLimit) {
  EXPECT_TRUE(parse_json(nested(16), {}));
  const auto deep = parse_json(nested(17), {});
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().message.find("nested too deep"), std::string::npos);
  EXPECT_TRUE(parse_json(nested(3), {.depth_max = 3}));
  EXPECT_FALSE(parse_json(nested(4), {.depth_max = 3}));
  EXPECT_FALSE(parse_json(std::string(1 << 20, '['), {}));
  EXPECT_FALSE(parse_json(std::string(100, '{') + "\"a\":", {}));
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const auto bad :
       {""sv,       " "sv,      "{"sv,       "[1,]"sv,      "{\"a\":1,}"sv,  "{'a':1}"sv,
        "{a:1}"sv,  "[1 2]"sv,  "NaN"sv,     "[NaN]"sv,     "-Infinity"sv,   "[Infinity]"sv,
        "nul"sv,    "True"sv,   "01"sv,      "+1"sv,        "1."sv,          ".5"sv,
        "0x10"sv,   "1e"sv,     "-"sv,       "// c\n1"sv,   "/* c */1"sv,    "\"a"sv,
        "\"\n\""sv, "\"\t\""sv, "\"\\x\""sv, "\"\\u12\""sv, "\"\\u12g4\""sv, "\xef\xbb\xbf{}"sv,
        "\"\0\""sv})
    EXPECT_FALSE(parse_json(bad, {})) << bad;
}

TEST(Json, RefusesMoreTextBehindTheDocumentAndSaysWhere) {
  for (const auto bad : {"{}{}"sv, "{} x"sv, "1 2"sv, "[]]"sv, "null,"sv, "{}\0"sv})
    EXPECT_FALSE(parse_json(bad, {})) << bad;
  EXPECT_NE(parse_json("{} x", {}).error().message.find("at byte 3"), std::string::npos);
}

TEST(Json, RefusesBytesThatAreNotUtf8) {
  for (const auto bad : {"\"\xff\""sv, "\"\xc0\xaf\""sv, "\"\xed\xa0\x80\""sv, "\"\xc3\""sv, "\"\xe2\x82\""sv,
                         "\"\xf4\x90\x80\x80\""sv, "{\"\xff\":1}"sv, "\"\x80\""sv})
    EXPECT_FALSE(parse_json(bad, {})) << bad.size();
  EXPECT_TRUE(parse_json("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91\"", {}));
}

TEST(Json, RefusesLoneSurrogates) {
  for (const auto bad : {R"("\ud800")"sv, R"("\udc00")"sv, R"("\ud800x")"sv, R"("\ud800\ud800")"sv,
                         R"("\ud800\n")"sv, R"("\ud83d\u0041")"sv, R"({"\ud800":1})"sv})
    EXPECT_FALSE(parse_json(bad, {})) << bad;
  EXPECT_EQ(parse_json(R"("\ud83d\udd11")", {})->value.as_string(), "\xf0\x9f\x94\x91");
}

TEST(Json, RefusesNumbersThatNoDoubleHolds) {
  for (const auto* bad : {"1e999", "-1e999", "[1e400]", "1e99999999999"})
    EXPECT_FALSE(parse_json(bad, {})) << bad;
  EXPECT_TRUE(parse_json("1e308", {}));
  EXPECT_EQ(parse_json("18446744073709551615", {})->value.as_uint64(), UINT64_MAX);
  EXPECT_EQ(parse_json("-9223372036854775808", {})->value.as_int64(), INT64_MIN);
}

TEST(JsonString, EscapesWhatRfc8259DemandsAndNothingElse) {
  std::string out = "x";
  append_json_string(out, std::string_view("\"\\/\b\f\n\r\t\0\x1f\x7f\xc3\xa9<", 14));
  EXPECT_EQ(out, "x\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa9<\"");
}

RC_GTEST_PROP(JsonString, IsReadBackAsItWas, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  std::string out;
  append_json_string(out, text);
  RC_ASSERT(std::string_view(parse_json(out, {})->value.as_string()) == text);
}

}  // namespace
}  // namespace countersign::base
