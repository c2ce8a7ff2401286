#include "reports/questionnaires/json_patch.h"

#include "reports/questionnaires/relaxed_json.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

JsonChange set(const std::string& name, const std::string& text) {
  JsonChange out;
  out.members[name] = boost::json::string(text);
  return out;
}

TEST(JsonPatch, ChangesNothingElse) {
  const std::string text =
      "{ \"a\":1.0,\n  \"list\" : [ {\"q\":\"x \\\"}{\"}, {\n    \"q\": \"y\",\n    \"answer\": null\n  } ] "
      "}\n";
  EXPECT_EQ(patch_json(text, {}), text);
  EXPECT_EQ(patch_json(text, {{1, set("answer", "Yes")}, {2, set("answer", "a\nb")}}),
            "{ \"a\":1.0,\n  \"list\" : [ {\"q\":\"x \\\"}{\",\"answer\":\"Yes\"}, {\n    \"q\": \"y\",\n    "
            "\"answer\": \"a\\nb\"\n  } ] }\n");
}

TEST(JsonPatch, AddsMembersAsTheOthersStand) {
  EXPECT_EQ(patch_json("[{}]", {{0, set("a", "b")}}), R"([{"a": "b"}])");
  EXPECT_EQ(patch_json("{\n\t\"q\": 1\n}", {{0, set("a", "b")}}), "{\n\t\"q\": 1,\n\t\"a\": \"b\"\n}");
  auto two = set("a", "1");
  two.members["b"] = "2";
  EXPECT_EQ(patch_json(R"({"q":true})", {{0, two}}), R"({"q":true,"a":"1","b":"2"})");
}

TEST(JsonPatch, AddsElements) {
  JsonChange change;
  change.elements["parts"] = "new";
  EXPECT_EQ(patch_json(R"({"parts":[1, [2]]})", {{0, change}}), R"({"parts":[1, [2], "new"]})");
  EXPECT_EQ(patch_json(R"({"parts": [ ]})", {{0, change}}), R"({"parts": ["new" ]})");
  EXPECT_EQ(patch_json(R"({"id":"x"})", {{0, change}}), R"({"id":"x","parts":["new"]})");
}

TEST(RelaxedJson, BecomesStrict) {
  const auto is = [](std::string_view relaxed, std::string_view strict) {
    boost::system::error_code error;
    const auto got = boost::json::parse(to_strict_json(relaxed), error);
    ASSERT_FALSE(error) << relaxed << " -> " << to_strict_json(relaxed);
    EXPECT_EQ(got, boost::json::parse(boost::json::string_view(strict.data(), strict.size()))) << relaxed;
  };
  is("// licence\n{\"a\": \"b\" + // more\n  \"c\" +\n\"d\", /* x */ \"e\": [1, 2,],}",
     R"({"a":"bcd","e":[1,2]})");
  is(R"({"a":"// no comment","b":"1 + \"2\""})", R"({"a":"// no comment","b":"1 + \"2\""})");
  is("\xef\xbb\xbf[true, -1.5e3]", "[true,-1.5E3]");
}

TEST(RelaxedJson, DoesNotMendWhatIsWrong) {
  for (const auto* text : {"{\"a\" \"b\"}", "[1 2]", "{\"a\": 1 + 2}", "[\"a\" + 1]", "{\"a\": \"b",
                           "/* open", "[tr ue]", "\"a\" +"}) {
    boost::system::error_code error;
    boost::json::parse(to_strict_json(text), error);
    EXPECT_TRUE(error) << text << " -> " << to_strict_json(text);
  }
}

}  // namespace
}  // namespace countersign::questionnaires
