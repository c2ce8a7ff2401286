#include "ledger/retention/rules_document.h"

#include "ledger/base/json.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace countersign::retention {
namespace {

base::Result<TenantRules> read(std::string_view text) {
  return read_rules(base::parse_json(text, {})->value.get_object());
}

TEST(RulesDocument, KeepsForEverWhatIsNotSaid) { EXPECT_EQ(*read("{}"), TenantRules()); }

TEST(RulesDocument, TakesFromTheNamedRuleWhatIsLeftOut) {
  const auto rules = read(R"({"rule":"pci_dss","types":[{"types":"login.*","rule":"hipaa"},)"
                          R"({"types":"challenge.*","keep":"2 years"}]})");
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(to_string(*rules),
            "pci_dss: 12 months, 3 months at hand; login.* hipaa: 6 years; "
            "challenge.* custom: 2 years");
  EXPECT_EQ(to_string(*read(R"({"rule":"custom","keep":"30 days"})")), "custom: 30 days, 30 days at hand");
}

TEST(RulesDocument, ReadsWhatItWrites) {
  const auto rules =
      *read(R"({"rule":"soc2","keep":"3 years","types":[{"types":"login.failed","rule":"pci_dss"}]})");
  EXPECT_EQ(boost::json::serialize(to_json(rules)),
            R"({"rule":"soc2","keep":"3 years","at_hand":"12 months",)"
            R"("types":[{"types":"login.failed","rule":"pci_dss","keep":"12 months"}]})");
  EXPECT_EQ(*read_rules(to_json(rules)), rules);
}

TEST(RulesDocument, RefusesWhatTheBookRefusesAndNamesTheMember) {
  for (const auto& [text, named] : std::vector<std::pair<std::string, std::string>>{
           {R"({"rules":"hipaa"})", "rules is not known"},
           {R"({"rule":7})", "rule must be a text"},
           {R"({"rule":"hippa"})", "no rule 'hippa'"},
           {R"({"rule":"custom"})", "keep must say how long"},
           {R"({"keep":"soon"})", "keep"},
           {R"({"rule":"hipaa","keep":"5 years"})", "is shorter"},
           {R"({"rule":"pci_dss","at_hand":"2 years"})", "at hand"},
           {R"({"types":{}})", "types must be an array"},
           {R"({"types":[7]})", "types[0]"},
           {R"({"types":[{"rule":"hipaa"}]})", "types[0]"},
           {R"({"types":[{"types":"login.*"}]})", "types[0].keep"},
           {R"({"types":[{"types":"login.*","keep":"1 day","why":"x"}]})", "types[0].why is not known"},
           {R"({"types":[{"types":"logout.*","keep":"1 day"}]})", "covers no type"}}) {
    const auto refused = read(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, base::Code::invalid_argument);
    EXPECT_NE(refused.error().message.find(named), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace countersign::retention
