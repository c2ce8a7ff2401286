// Operators and the policy of sharing, as the registry's file keeps them.

#include "collector/ingest/operators.h"

#include "collector/ingest/registry.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace countersign::ingest {
namespace {

using base::Code;
using base::TenantId;
using base::Timestamp;

base::Clock clock_at(std::int64_t micros) {
  return [micros] { return Timestamp{micros}; };
}

class OperatorsFile : public ::testing::Test {
 protected:
  OperatorsFile() : path_(dir_ / "registry.json") {
    for (const auto* tenant : {"acme", "globex"})
      EXPECT_TRUE(add_tenant(path_, TenantId(tenant), base::RegionId("eu"), {}, clock_at(1)));
  }
  base::Result<std::string> add(NewOperator one) {
    return add_operator(path_, one, clock_at(5), crypto::system_entropy());
  }
  Registry load() {
    auto registry = Registry::load(path_);
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? *registry : Registry();
  }
  Code refusal(NewOperator one) {
    const auto made = add(std::move(one));
    EXPECT_FALSE(made);
    return made ? Code::internal : made.error().code;
  }

  testing::TempDir dir_;
  std::filesystem::path path_;
};

TEST_F(OperatorsFile, KeepsOnlyTheHashOfAToken) {
  const auto token = add({"dpo", Role::privacy, {TenantId("acme")}});
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->starts_with("cso_"));
  EXPECT_EQ(token->size(), 4U + 43U);
  const auto text = *base::read_file(path_, 100'000);
  EXPECT_EQ(text.find(token->substr(4)), std::string::npos);
  EXPECT_NE(text.find(base::to_hex(crypto::sha256(*token).view())), std::string::npos);
  EXPECT_EQ(load().to_text(), text) << "what is read is written in the same way";
}

TEST_F(OperatorsFile, FindsWhoseTokenItIsUntilItEnds) {
  const auto one = *add({"brief", Role::analyst, {TenantId("acme")}, false, Timestamp{100}});
  const auto other = *add({"dpo", Role::privacy, {}, true});
  auto registry = load();
  ASSERT_NE(registry.operator_of_token(one, {99}), nullptr);
  EXPECT_EQ(registry.operator_of_token(one, {99})->name, "brief");
  EXPECT_EQ(registry.operator_of_token(one, {100}), nullptr) << "expired";
  EXPECT_EQ(registry.operator_of_token(other, {100})->role, Role::privacy);
  for (const auto& wrong : {std::string(), other.substr(1), other + "A", "cso_" + std::string(43, 'A')})
    EXPECT_EQ(registry.operator_of_token(wrong, {1}), nullptr);
  ASSERT_TRUE(revoke_operator(path_, "dpo", clock_at(50)));
  EXPECT_EQ(load().operator_of_token(other, {1}), nullptr) << "revoked, whatever the clock says";
  EXPECT_EQ(revoke_operator(path_, "dpo", clock_at(60)).error().code, Code::failed_precondition);
  EXPECT_EQ(revoke_operator(path_, "nobody", clock_at(60)).error().code, Code::not_found);
}

TEST_F(OperatorsFile, DeniesWhatIsNotGiven) {
  const auto token = *add({"dpo", Role::privacy, {TenantId("acme")}});
  const auto everybody = *add({"all", Role::privacy, {}, true});
  const auto registry = load();
  EXPECT_TRUE(registry.operator_of_token(token, {1})->may_act_for(TenantId("acme")));
  EXPECT_FALSE(registry.operator_of_token(token, {1})->may_act_for(TenantId("globex")));
  EXPECT_TRUE(registry.operator_of_token(everybody, {1})->may_act_for(TenantId("globex")));
  EXPECT_EQ(refusal({"none", Role::privacy}), Code::invalid_argument);
  EXPECT_EQ(refusal({"both", Role::privacy, {TenantId("acme")}, true}), Code::invalid_argument);
  EXPECT_EQ(refusal({"far", Role::privacy, {TenantId("nowhere")}}), Code::not_found);
  EXPECT_EQ(refusal({"past", Role::privacy, {TenantId("acme")}, false, Timestamp{5}}),
            Code::invalid_argument);
  EXPECT_EQ(refusal({"Ana Example", Role::privacy, {TenantId("acme")}}), Code::invalid_argument);
  EXPECT_EQ(refusal({"dpo", Role::analyst, {TenantId("acme")}}), Code::already_exists);
}

TEST_F(OperatorsFile, BindAnAuditorToOneTenantAPeriodAndAnExpiry) {
  const Period period{{10}, {20}};
  const TenantId acme("acme"), globex("globex");
  const Timestamp end{100};
  EXPECT_EQ(refusal({"a", Role::auditor, {}, true, end, period}), Code::invalid_argument);
  EXPECT_EQ(refusal({"a", Role::auditor, {acme, globex}, false, end, period}), Code::invalid_argument);
  EXPECT_EQ(refusal({"a", Role::auditor, {acme}, false, {}, period}), Code::invalid_argument);
  EXPECT_EQ(refusal({"a", Role::auditor, {acme}, false, end, {}}), Code::invalid_argument);
  EXPECT_EQ(refusal({"a", Role::auditor, {acme}, false, end, Period{{20}, {20}}}), Code::invalid_argument);
  EXPECT_EQ(refusal({"a", Role::analyst, {acme}, false, {}, Period{{20}, {10}}}), Code::invalid_argument);
  const auto token = add({"a", Role::auditor, {acme}, false, end, period});
  ASSERT_TRUE(token) << token.error().message;
  const auto registry = load();
  const auto* found = registry.operator_of_token(*token, {99});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->period, period);
  EXPECT_EQ(registry.operator_of_token(*token, {100}), nullptr) << "expired";
  EXPECT_EQ(registry.to_text(), *base::read_file(path_, 100'000))
      << "what is read is written in the same way";
}

TEST_F(OperatorsFile, ReadsAnAuditorOfBeforeAndTakesItsTokenNoMore) {
  const auto sha256 = base::to_hex(crypto::sha256("cso_of_before").view());
  for (
      const std::string rights :
      {R"("tenants":["acme"])", R"("tenants":[],"all_tenants":true)",
       R"("tenants":["acme"],"expires":"2099-01-01T00:00:00.000000Z")",
       R"("tenants":["acme"],"from":"2026-01-01T00:00:00.000000Z","before":"2027-01-01T00:00:00.000000Z")"}) {
    const auto registry =
        Registry::parse(R"({"v":1,"tenants":[],"sources":[],"operators":[{"name":"jo",)"
                        R"("role":"auditor","token_sha256":")" +
                        sha256 + R"(","created":"2026-01-01T00:00:00.000000Z",)" + rights + "}]}");
    ASSERT_TRUE(registry) << rights;
    EXPECT_FALSE(registry->operators().front().is_bound()) << rights;
    EXPECT_EQ(registry->operator_of_token("cso_of_before", {1}), nullptr) << rights;
  }
}

TEST_F(OperatorsFile, ReadsNoRegistryWithAnOperatorThatIsNotAsItMustBe) {
  const std::string good = R"({"name":"dpo","role":"privacy","token_sha256":")" + std::string(64, 'a') +
                           R"(","tenants":["acme"],"created":"2026-01-01T00:00:00.000000Z"})";
  const auto parse = [](const std::string& operators) {
    return Registry::parse(R"({"v":1,"tenants":[],"sources":[],"operators":[)" + operators + "]}")
        .has_value();
  };
  EXPECT_TRUE(parse(good));
  EXPECT_TRUE(Registry::parse(R"({"v":1,"tenants":[],"sources":[]})")) << "one of before";
  EXPECT_FALSE(parse(good + "," + good)) << "twice";
  for (const auto& [old, with] : std::vector<std::pair<std::string, std::string>>{
           {"\"privacy\"", "\"root\""},
           {"\"dpo\"", "\"Ana Example\""},
           {"[\"acme\"]", "[7]"},
           {"aaaa", "zzzz"},
           {"created", "made"},
           {"\"tenants\":[\"acme\"],", ""},
           {"[\"acme\"]", "[],\"all_tenants\":1"},
           {"\"created\"", "\"from\":\"2026-01-01T00:00:00.000000Z\",\"created\""}}) {
    auto bad = good;
    bad.replace(bad.find(old), old.size(), with);
    EXPECT_FALSE(parse(bad)) << bad;
  }
}

TEST(SharingPolicy, GivesNobodyMoreThanHisWork) {
  const SharingPolicy policy;
  EXPECT_EQ(policy.of(Role::auditor), Allowance::pseudonymous);
  EXPECT_EQ(policy.of(Role::analyst), Allowance::masked);
  EXPECT_EQ(policy.of(Role::privacy), Allowance::full);
  EXPECT_EQ(policy.of(Role::admin), Allowance::full);
}

TEST(SharingPolicy, GivesTheMostThatItAllows) {
  using record::Profile;
  EXPECT_EQ(most_of(Allowance::none, false), Profile::none);
  EXPECT_EQ(most_of(Allowance::pseudonymous, true), Profile::pseudonymous);
  EXPECT_EQ(most_of(Allowance::masked, true), Profile::masked);
  EXPECT_EQ(most_of(Allowance::selective, false), Profile::masked);
  EXPECT_EQ(most_of(Allowance::selective, true), Profile::full);
  EXPECT_EQ(most_of(Allowance::full, false), Profile::full);
  EXPECT_GT(needed_for(Profile::full, false), Allowance::selective);
  EXPECT_EQ(needed_for(Profile::full, true), Allowance::selective);
}

}  // namespace
}  // namespace countersign::ingest
