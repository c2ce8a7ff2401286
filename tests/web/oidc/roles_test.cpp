#include "web/oidc/roles.h"

#include "tests/web/oidc/fake_provider.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace countersign::oidc {
namespace {

using Texts = std::vector<std::string>;

const RoleMapping kMapping = {{"audit-team", "auditor"},
                              {"sec", "analyst"},
                              {"sec", "privacy"},
                              {"Security Team", "admin"},
                              {"ops", "analyst"}};

struct Case {
  const char* claims;
  Texts path;
  Texts groups, roles;
};

TEST(Roles, AreFoundWhereverTheProviderPutsGroups) {
  for (const auto& [claims, path, groups, roles] : {
           Case{R"({"groups":["sec","x"]})", {"groups"}, {"sec", "x"}, {"analyst", "privacy"}},
           Case{R"({"groups":["sec","ops","sec"]})",
                {"groups"},
                {"sec", "ops", "sec"},
                {"analyst", "privacy"}},
           Case{R"({"groups":["SEC","audit-team2","/sec"]})", {"groups"}, {"SEC", "audit-team2", "/sec"}, {}},
           Case{R"({"groups":[]})", {"groups"}, {}, {}},
           Case{R"({"groups":[7,null,["sec"],{"sec":1},"ops",""]})", {"groups"}, {"ops"}, {"analyst"}},
           Case{R"({"groups":"audit-team  ops"})", {"groups"}, {"audit-team", "ops"}, {"analyst", "auditor"}},
           Case{R"({"groups":"audit-team"})", {"groups"}, {"audit-team"}, {"auditor"}},
           Case{R"({"groups":"Security Team"})", {"groups"}, {"Security Team"}, {"admin"}},
           Case{R"({"groups":"sec,ops"})", {"groups"}, {"sec,ops"}, {}},
           // A name with a space in a list is one group, whatever its words are.
           Case{R"({"groups":["not sec"]})", {"groups"}, {"not sec"}, {}},
           Case{R"({"realm_access":{"roles":["sec"]}})",
                {"realm_access", "roles"},
                {"sec"},
                {"analyst", "privacy"}},
           Case{R"({"https://example.com/roles":["ops"]})",
                {"https://example.com/roles"},
                {"ops"},
                {"analyst"}},
           Case{R"({"resource_access":{"my.client":{"roles":["ops"]}}})",
                {"resource_access", "my.client", "roles"},
                {"ops"},
                {"analyst"}},
           Case{R"({"groups":{"sec":true}})", {"groups"}, {}, {}},
           Case{R"({"groups":true})", {"groups"}, {}, {}},
       }) {
    const auto found = groups_in(boost::json::parse(claims).as_object(), path, kMapping);
    ASSERT_TRUE(found) << claims;
    EXPECT_EQ(*found, groups) << claims;
    EXPECT_EQ(roles_of(*found, kMapping), roles) << claims;
  }
}

TEST(Roles, AreMissingWhereTheClaimIs) {
  for (const auto& [claims, path] :
       {std::pair{R"({})", Texts{"groups"}}, std::pair{R"({"groups":["a"]})", Texts{}},
        std::pair{R"({"realm_access":["roles"]})", Texts{"realm_access", "roles"}},
        std::pair{R"({"realm_access":{}})", Texts{"realm_access", "roles"}},
        std::pair{R"({"realm_access.roles":["sec"]})", Texts{"realm_access", "roles"}},
        std::pair{R"({"realm_access":{"roles":["sec"]}})", Texts{"realm_access.roles"}}})
    EXPECT_FALSE(groups_in(boost::json::parse(claims).as_object(), path, kMapping)) << claims;
}

TEST(Roles, AreNotFoundInWhatIsTooLong) {
  json::array many;
  many.emplace_back(json::string(513, 'g'));
  for (int i = 0; i < 2'000; ++i) many.emplace_back("g");
  many.emplace_back("sec");
  const auto found = groups_in({{"groups", many}}, {"groups"}, kMapping);
  EXPECT_EQ(found->size(), 2'000U);
  EXPECT_TRUE(roles_of(*found, kMapping).empty());
}

TEST(Roles, AreKnownToBeLeftOut) {
  const json::object left = {{"_claim_names", {{"groups", "src1"}}}};
  EXPECT_TRUE(is_left_out(left, {"groups"}));
  EXPECT_FALSE(is_left_out(left, {"roles"}));
  EXPECT_FALSE(is_left_out(left, {}));
  EXPECT_FALSE(is_left_out({{"groups", {"a"}}, {"_claim_names", {{"groups", "src1"}}}}, {"groups"}));
  EXPECT_FALSE(is_left_out({{"_claim_names", "groups"}}, {"groups"}));
}

}  // namespace
}  // namespace countersign::oidc
