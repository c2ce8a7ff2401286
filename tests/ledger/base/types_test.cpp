#include "ledger/base/types.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::base {
namespace {

TEST(Names, AcceptTheirAlphabet) {
  for (const auto& good : {std::string("a"), std::string("0"), std::string("a-b-9"), std::string(63, 'x')}) {
    EXPECT_EQ(parse_tenant(good).value().value(), good);
    EXPECT_EQ(parse_region(good).value().value(), good);
    EXPECT_EQ(parse_source(good).value().value(), good);
  }
  EXPECT_TRUE(parse_source("okta.prod_1-a"));
}

TEST(Names, RefuseEverythingElse) {
  for (const auto& bad :
       {std::string(), std::string("-a"), std::string("A"), std::string("a b"), std::string("a/b"),
        std::string("_system"), std::string("../a"), std::string("\xc3\xa9"), std::string(64, 'x'),
        std::string("a\0b", 3), std::string("a\n")}) {
    EXPECT_FALSE(parse_tenant(bad)) << bad;
    EXPECT_FALSE(parse_region(bad)) << bad;
    EXPECT_FALSE(parse_source(bad)) << bad;
  }
  EXPECT_FALSE(parse_tenant("a.b"));
  EXPECT_FALSE(parse_tenant("a_b"));
}

TEST(Origin, IsASchemelessAddress) {
  for (const auto& good :
       {std::string("evidence.example.com"), std::string("a/b/c"), std::string("A-1"), std::string(200, 'o')})
    EXPECT_EQ(parse_origin(good).value(), good);
  for (const auto& bad :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("https://a"),
        std::string("a b"), std::string("a+b"), std::string("a\n"), std::string(201, 'o')})
    EXPECT_FALSE(parse_origin(bad)) << bad;
}

TEST(LogName, HoldsOriginRegionAndTenant) {
  const auto log = log_name("evidence.example.com/x", RegionId("eu-1"), TenantId("acme"));
  EXPECT_EQ(log.text, "evidence.example.com/x/eu-1/acme");
  EXPECT_EQ(tenant_of(log), TenantId("acme"));
  EXPECT_EQ(tenant_of(LogName{"alone"}), TenantId("alone"));
}

}  // namespace
}  // namespace countersign::base
