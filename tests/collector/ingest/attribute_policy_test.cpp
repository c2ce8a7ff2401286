#include "collector/ingest/attribute_policy.h"

#include "ledger/base/json.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {
namespace {

base::Result<AttributePolicy> parse(std::string_view text) {
  return AttributePolicy::parse(base::parse_json(text, {})->value.get_object());
}

base::Result<AttributePolicy> with_path(const std::string& path) {
  return AttributePolicy::parse({{"not_personal", {path}}});
}

TEST(AttributePolicy, TakesEverythingForPersonalByDefault) {
  EXPECT_TRUE(AttributePolicy().not_personal().empty());
  EXPECT_EQ(*parse("{}"), AttributePolicy());
  EXPECT_TRUE(parse(R"({"not_personal":[]})")->is_default());
}

TEST(AttributePolicy, HasOneText) {
  const auto one = parse(R"({"not_personal":["plan","order.currency"]})");
  const auto other = parse(R"({"not_personal":["order.currency","plan"]})");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(*one, *other);
  EXPECT_EQ(boost::json::serialize(one->to_json()), R"({"not_personal":["order.currency","plan"]})");
  EXPECT_EQ(*AttributePolicy::parse(one->to_json()), *one);
}

TEST(AttributePolicy, TakesPathsOfNamesAsEventsHaveThem) {
  for (const std::string& path :
       std::vector<std::string>{"plan", "a.b.c", "_x", "A-1.2b", std::string(200, 'a')})
    EXPECT_TRUE(with_path(path)) << path;
  for (const std::string& path :
       std::vector<std::string>{"", ".", "a.", ".a", "a..b", "1a", "-a", "a.-b", "a b", "a[0]", "*", "a.*",
                                "a@b", "\xC3\xA9", std::string(201, 'a')}) {
    const auto refused = with_path(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_TRUE(refused.error().message.starts_with("not_personal[0] must be")) << refused.error().message;
  }
}

TEST(AttributePolicy, NamesWhatIsWrong) {
  for (const auto& [text, named] : std::vector<std::pair<std::string, std::string>>{
           {R"({"personal":[]})", "personal is not known"},
           {R"({"not_personal":"plan"})", "not_personal must be an array"},
           {R"({"not_personal":["a",7]})", "not_personal[1]"},
           {R"({"not_personal":["a","a"]})", "twice"}}) {
    const auto refused = parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_NE(refused.error().message.find(named), std::string::npos) << refused.error().message;
  }
  boost::json::array many;
  for (std::size_t i = 0; i <= AttributePolicy::kPathsMax; ++i) many.emplace_back(fmt::format("a{}", i));
  EXPECT_FALSE(AttributePolicy::parse({{"not_personal", many}}));
  many.resize(AttributePolicy::kPathsMax);
  EXPECT_TRUE(AttributePolicy::parse({{"not_personal", many}}));
}

}  // namespace
}  // namespace countersign::ingest
