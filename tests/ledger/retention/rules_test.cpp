#include "ledger/retention/rules.h"

#include "ledger/base/file.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace countersign::retention {
namespace {

TenantRules rules_of(std::string_view name) {
  const auto* named = find_rule(name);
  return {std::string(named->name), named->keep, named->at_hand, {}};
}

TEST(RetentionRules, AreNamedAfterWhatTheyServe) {
  const auto kept = [](std::string_view name) {
    return to_string(find_rule(name)->keep) + ", " + to_string(find_rule(name)->at_hand);
  };
  EXPECT_EQ(kept("pci_dss"), "12 months, 3 months");
  EXPECT_EQ(kept("hipaa"), "6 years, 12 months");
  EXPECT_EQ(kept("soc2"), "24 months, 12 months");
  EXPECT_EQ(find_rule("gdpr"), nullptr);
}

TEST(RetentionRules, KeepForEverWhereNobodySaidOtherwise) {
  const auto rules = RuleBook().of(base::TenantId("acme"));
  EXPECT_TRUE(rules.kept("login.failed").keep.is_forever());
  EXPECT_EQ(to_string(rules.stays_hot()), "12 months");
}

TEST(RetentionRules, ChooseByTypeTheFirstThatCovers) {
  auto rules = rules_of("hipaa");
  rules.types = {{"challenge.sent", "custom", *parse_span("90 days")},
                 {"challenge.*", "pci_dss", *parse_span("12 months")}};
  EXPECT_EQ(rules.kept("challenge.sent").rule, "custom");
  EXPECT_EQ(rules.kept("challenge.failed").rule, "pci_dss");
  EXPECT_EQ(rules.kept("login.failed").rule, "hipaa");
  EXPECT_EQ(to_string(rules.stays_hot()), "90 days");
}

TEST(RetentionRules, RefuseLessThanTheNamedRuleAsks) {
  RuleBook book;
  const base::TenantId acme("acme");
  const auto refused = [&](TenantRules rules) {
    const auto done = book.set(acme, std::move(rules));
    return done ? std::string() : done.error().message;
  };
  auto shorter = rules_of("pci_dss");
  shorter.keep = *parse_span("11 months");
  EXPECT_NE(refused(shorter).find("pci_dss keeps 12 months at least"), std::string::npos);
  auto unknown = rules_of("hipaa");
  unknown.rule = "iso";
  EXPECT_NE(refused(unknown).find("there is no rule 'iso'"), std::string::npos);
  auto nothing = rules_of("hipaa");
  nothing.types = {{"chalenge.*", "custom", *parse_span("90 days")}};
  EXPECT_NE(refused(nothing).find("covers no type of event"), std::string::npos);
  auto hot = rules_of("pci_dss");
  hot.at_hand = *parse_span("2 years");
  EXPECT_NE(refused(hot).find("at hand is more than is kept"), std::string::npos);
  EXPECT_TRUE(book.all().empty());
  for (const auto* shorter_by_days : {"360 days", "364 days"}) {
    auto days = rules_of("pci_dss");
    days.keep = *parse_span(shorter_by_days);
    EXPECT_NE(refused(days).find("pci_dss keeps 12 months at least"), std::string::npos) << shorter_by_days;
  }
  auto months = rules_of("hipaa");
  months.keep = *parse_span("72 months");
  EXPECT_EQ(refused(months), "") << "72 months are 6 years";
  EXPECT_NE(book.set(base::TenantId("_system"), rules_of("hipaa")).error().message.find("is kept for ever"),
            std::string::npos);
  EXPECT_TRUE(book.set(base::TenantId("_system"), rules_of("forever")));
  EXPECT_EQ(refused(rules_of("pci_dss")), "");
}

TEST(RetentionRules, AreReadAsTheyWereWritten) {
  testing::TempDir dir;
  RuleBook book;
  auto rules = rules_of("pci_dss");
  rules.types = {{"login.*", "hipaa", *parse_span("6 years")}};
  ASSERT_TRUE(book.set(base::TenantId("acme"), rules));
  ASSERT_TRUE(book.set(base::TenantId("globex"), rules_of("hipaa")));
  ASSERT_TRUE(book.save(dir / "retention.json"));
  const auto read = RuleBook::load(dir / "retention.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->of(base::TenantId("acme")), rules);
  EXPECT_EQ(read->to_text(), book.to_text());
  EXPECT_TRUE(RuleBook::load(dir / "none.json"));
}

TEST(RetentionRules, RefuseAFileThatIsNone) {
  for (const auto* text :
       {"", "{}", "[]", R"({"v":2,"tenants":{}})", R"({"v":1,"tenants":{"acme":{}}})",
        R"({"v":1,"tenants":{"Acme":{"rule":"hipaa","keep":"6 years","at_hand":"1 year","types":[]}}})",
        R"({"v":1,"tenants":{"acme":{"rule":"hipaa","keep":"soon","at_hand":"1 year","types":[]}}})",
        R"({"v":1,"tenants":{"acme":{"rule":"hipaa","keep":"6 years","at_hand":"1 year","types":[1]}}})"})
    EXPECT_FALSE(RuleBook::parse(text)) << text;
}

}  // namespace
}  // namespace countersign::retention
