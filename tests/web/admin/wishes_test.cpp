#include "web/admin/wishes.h"

#include "tests/web/admin/asker.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::admin {
namespace {

constexpr auto kAuditor =
    R"({"user":"v@example.com","role":"auditor","tenants":["acme"],"period":{"from":"2026-01-01T00:00:00Z",
        "before":"2027-01-01T00:00:00Z"},"expires":"2027-03-31T00:00:00Z"})";

int status(std::string_view body, const std::vector<std::string>& tenants = {}) {
  const auto read = read_account(body_of(body), admin_of(tenants));
  return read ? 200 : read.error().status;
}

TEST(AccountWish, IsReadAsItIsWritten) {
  const auto read = read_account(body_of(kAuditor), admin_of({}));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->name, "v@example.com");
  EXPECT_EQ(read->role, ingest::Role::auditor);
  EXPECT_EQ(read->tenants, std::vector{base::TenantId("acme")});
  EXPECT_FALSE(read->all_tenants);
  EXPECT_EQ(base::format_rfc3339(read->period->before), "2027-01-01T00:00:00.000000Z");
  EXPECT_EQ(base::format_rfc3339(*read->expires), "2027-03-31T00:00:00.000000Z");
}

TEST(AccountWish, OfATenantsAdminIsAnAuditorOrAnalystOfHis) {
  EXPECT_EQ(status(kAuditor, {"acme"}), 200);
  EXPECT_EQ(status(R"({"user":"v","role":"analyst","tenants":["acme"]})", {"acme"}), 200);
  for (const auto* body : {R"({"user":"v","role":"admin","tenants":["acme"]})",
                           R"({"user":"v","role":"privacy","tenants":["acme"]})",
                           R"({"user":"v","role":"analyst","tenants":["acme"],"all_tenants":true})",
                           R"({"user":"v","role":"analyst","all_tenants":true})",
                           R"({"user":"v","role":"analyst","tenants":["globex"]})",
                           R"({"user":"v","role":"analyst","tenants":["acme","globex"]})",
                           R"({"user":"v","role":"analyst","tenants":["nobody"]})"})
    EXPECT_EQ(status(body, {"acme"}), 403) << body;
}

TEST(AccountWish, NamesTheMemberAndNotItsValue) {
  for (const auto* body :
       {R"({"user":"v","role":"SECRET"})", R"({"user":"v","role":"analyst","SECRET":1})",
        R"({"user":["SECRET"],"role":"analyst"})", R"({"user":"v","role":"analyst","expires":"SECRET"})",
        R"({"user":"v","role":"analyst","period":{"from":"SECRET","before":"SECRET"}})",
        R"({"user":"v","role":"analyst","period":{"SECRET":"2026-01-01T00:00:00Z"}})",
        R"({"user":"v","role":"analyst","period":"SECRET"})",
        R"({"user":"v","role":"analyst","tenants":"SECRET"})",
        R"({"user":"v","role":"analyst","tenants":["secret"]})",
        R"({"user":"SECRET\u0000","role":"analyst"})",
        R"({"user":"v","role":"analyst","all_tenants":"SECRET"})",
        R"({"user":"v","role":"analyst","tenants":["acme","acme"]})"}) {
    const auto read = read_account(body_of(body), admin_of({}));
    ASSERT_FALSE(read) << body;
    EXPECT_TRUE(read.error().status == 422 || read.error().status == 403) << body;
    EXPECT_EQ(read.error().detail.find("SECRET"), std::string::npos) << read.error().detail;
    EXPECT_EQ(read.error().detail.find("secret"), std::string::npos) << read.error().detail;
  }
}

TEST(AccountWish, IsBounded) {
  const auto with = [](const std::string& member, const std::string& value) {
    return R"({"user":"v","role":"analyst","tenants":["acme"],")" + member + "\":" + value + "}";
  };
  EXPECT_EQ(status(with("display_name", '"' + std::string(256, 'a') + '"')), 200);
  EXPECT_EQ(status(with("display_name", '"' + std::string(257, 'a') + '"')), 422);
  std::string many = "[\"acme\"";
  for (int i = 0; i < 256; ++i) many += ",\"acme\"";
  EXPECT_EQ(status(R"({"user":"v","role":"analyst","tenants":)" + many + "]}"), 422);
}

TEST(TokenWish, MayBeAProgramsToo) {
  const auto read =
      read_token(body_of(R"({"operator":"shop","role":"application","tenants":["acme"]})"), admin_of({}));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->role, ingest::Role::application);
  EXPECT_FALSE(
      read_account(body_of(R"({"user":"shop","role":"application","tenants":["acme"]})"), admin_of({})));
  EXPECT_FALSE(read_token(body_of(R"({"user":"shop","role":"application"})"), admin_of({})));
}

}  // namespace
}  // namespace countersign::admin
