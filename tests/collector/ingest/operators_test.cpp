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
  const auto one = *add({"brief", Role::auditor, {TenantId("acme")}, false, Timestamp{100}});
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
  EXPECT_EQ(refusal({"dpo", Role::auditor, {TenantId("acme")}}), Code::already_exists);
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
  for (const auto& [old, with] :
       std::vector<std::pair<std::string, std::string>>{{"\"privacy\"", "\"root\""},
                                                        {"\"dpo\"", "\"Ana Example\""},
                                                        {"[\"acme\"]", "[7]"},
                                                        {"aaaa", "zzzz"},
                                                        {"created", "made"},
                                                        {"\"tenants\":[\"acme\"],", ""},
                                                        {"[\"acme\"]", "[],\"all_tenants\":1"}}) {
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

TEST_F(OperatorsFile, ChangesAPolicyOnlyWhereTheChangeIsRecorded) {
  const auto set = [&](Allowance allowance, bool recorded, int& calls) {
    return change_policy(
        path_, TenantId("acme"),
        [&](Tenant& tenant) -> base::Result<void> {
          tenant.sharing.set(Role::auditor, allowance);
          return {};
        },
        [&](const Tenant& before, const Tenant& after) -> base::Result<void> {
          ++calls;
          EXPECT_EQ(after.id.value(), "acme");
          EXPECT_EQ(before.sharing.of(Role::auditor), Allowance::pseudonymous);
          EXPECT_EQ(after.sharing.of(Role::auditor), allowance);
          if (!recorded) return base::fail(Code::resource_exhausted, "full");
          return {};
        });
  };
  int calls = 0;
  const auto before = *base::read_file(path_, 100'000);
  EXPECT_EQ(set(Allowance::masked, false, calls).error().code, Code::resource_exhausted);
  EXPECT_EQ(*base::read_file(path_, 100'000), before);
  EXPECT_EQ(set(Allowance::masked, true, calls).value(), true);
  EXPECT_EQ(set(Allowance::masked, true, calls).value(), false);
  EXPECT_EQ(calls, 2) << "not where nothing changes";
  EXPECT_EQ(load().tenant(TenantId("acme"))->sharing.of(Role::auditor), Allowance::masked);
  EXPECT_EQ(load().tenant(TenantId("globex"))->sharing.of(Role::auditor), Allowance::pseudonymous);
  EXPECT_EQ(load().to_text(), *base::read_file(path_, 100'000));
  const auto text = *base::read_file(path_, 100'000);
  auto bad = text;
  bad.replace(bad.find("\"masked\""), 8, "\"open\"");
  EXPECT_FALSE(Registry::parse(bad));
}

}  // namespace
}  // namespace countersign::ingest
