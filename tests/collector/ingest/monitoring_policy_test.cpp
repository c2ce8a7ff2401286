#include "collector/ingest/monitoring_policy.h"

#include "collector/ingest/registry.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {
namespace {

base::Result<MonitoringPolicy> parse(std::string_view text) {
  return MonitoringPolicy::parse(base::parse_json(text, {})->value.get_object());
}

base::Result<MonitoringPolicy> with(const std::string& setting) {
  return MonitoringPolicy::parse({{"parameters", {setting}}});
}

TEST(MonitoringPolicy, SetsNothingByDefault) {
  EXPECT_TRUE(MonitoringPolicy().parameters().empty());
  EXPECT_EQ(*parse("{}"), MonitoringPolicy());
  EXPECT_TRUE(parse(R"({"parameters":[]})")->is_default());
}

TEST(MonitoringPolicy, HasOneText) {
  const auto one = parse(R"({"parameters":["OTP-FLOODING.sends=6","CODE-GUESSING.attempts=8"]})");
  const auto other = parse(R"({"parameters":["CODE-GUESSING.attempts=8","OTP-FLOODING.sends=6"]})");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(*one, *other);
  EXPECT_EQ(boost::json::serialize(one->to_json()),
            R"({"parameters":["CODE-GUESSING.attempts=8","OTP-FLOODING.sends=6"]})");
  EXPECT_EQ(*MonitoringPolicy::parse(one->to_json()), *one);
}

TEST(MonitoringPolicy, TakesSettingsOfTheFormControlParameterValue) {
  const std::string name(64, 'A'), low(64, 'a');
  for (const std::string& setting : std::vector<std::string>{
           "A.a=1", "CODE-GUESSING.attempts=8", "A2-3.b_4=-5", name + "." + low + "=1", "A.b=c=d",
           "A.b=[\"unlock*\",\"x, after y\"]", "A.b= two words ", "A.b=\xC3\xA9",
           "A.b=" + std::string(508, 'x'), "A.b=" + std::string(254, '"')})
    EXPECT_TRUE(with(setting)) << setting;
  for (const std::string& setting : std::vector<std::string>{"",
                                                             "A.b",
                                                             "A.b=",
                                                             "A=1",
                                                             ".b=1",
                                                             "A.=1",
                                                             "a.b=1",
                                                             "A.B=1",
                                                             "1A.b=1",
                                                             "-A.b=1",
                                                             "A.1b=1",
                                                             "A._b=1",
                                                             "A_B.c=1",
                                                             "A.b-c=1",
                                                             "A b.c=1",
                                                             " A.b=1",
                                                             name + "A.b=1",
                                                             "A." + low + "a=1",
                                                             "A.b.c=1",
                                                             "A.b=1\n",
                                                             "A.b=\t",
                                                             "A.b=\x7F",
                                                             "A.b=\xC2\x85",
                                                             "A.b=" + std::string(509, 'x'),
                                                             "A.b=" + std::string(255, '"')}) {
    const auto refused = with(setting);
    ASSERT_FALSE(refused) << setting;
    EXPECT_TRUE(refused.error().message.starts_with("parameters[0] must be CONTROL.parameter=value"))
        << refused.error().message;
  }
}

TEST(MonitoringPolicy, NamesWhatIsWrong) {
  for (const auto& [text, named] : std::vector<std::pair<std::string, std::string>>{
           {R"({"thresholds":[]})", "thresholds is not known"},
           {R"({"parameters":"A.b=1"})", "parameters must be an array"},
           {R"({"parameters":["A.b=1",7]})", "parameters[1]"},
           {R"({"parameters":["A.b=2","A.b_c=1","A.b=10"]})", "parameters sets A.b twice"}}) {
    const auto refused = parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_NE(refused.error().message.find(named), std::string::npos) << refused.error().message;
  }
  boost::json::array many;
  for (std::size_t i = 0; i <= MonitoringPolicy::kParametersMax; ++i)
    many.emplace_back(fmt::format("A{}.b=1", i));
  EXPECT_FALSE(MonitoringPolicy::parse({{"parameters", many}}));
  many.resize(MonitoringPolicy::kParametersMax);
  EXPECT_TRUE(MonitoringPolicy::parse({{"parameters", many}}));
}

TEST(MonitoringPolicy, StandsInTheRegistryOnlyWhereItSaysSomething) {
  Registry registry;
  Tenant tenant{base::TenantId("acme"), base::RegionId("eu-1"), {1'000}, {}};
  registry.put(tenant);
  EXPECT_EQ(registry.to_text().find("monitoring"), std::string::npos)
      << "an older version reads a registry that does not need this one";
  tenant.monitoring = *parse(R"({"parameters":["A.b=[\"x\"]"]})");
  EXPECT_FALSE(tenant.has_policies_of(*registry.tenant(tenant.id)));
  registry.put(tenant);
  const auto again = Registry::parse(registry.to_text());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->tenant(tenant.id)->monitoring, tenant.monitoring);
  auto damaged = registry.to_text();
  damaged.replace(damaged.find("A.b="), 4, "a.b=");
  EXPECT_FALSE(Registry::parse(damaged));
}

}  // namespace
}  // namespace countersign::ingest
