#include "web/admin/own_accounts.h"

#include "tests/web/admin/asker.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace countersign::admin {
namespace {

constexpr base::Timestamp kNow{1'000'000};

auth::Account account(const std::string& id, ingest::Role role, const std::vector<std::string>& tenants) {
  auth::Account out;
  out.id = id;
  out.name = id + "@example.com";
  out.display_name = "Somebody";
  out.role = role;
  out.all_tenants = tenants.empty();
  for (const auto& name : tenants) out.tenants.emplace_back(name);
  out.password = "$scrypt$";
  return out;
}

TEST(OwnAccounts, AreAllForAnAdminOfAllTenants) {
  for (const auto role : ingest::kRoles) {
    EXPECT_TRUE(looks_after(admin_of({}), account("b", role, {"acme"})));
    EXPECT_TRUE(looks_after(admin_of({}), account("b", role, {})));
  }
}

TEST(OwnAccounts, OfATenantsAdminAreItsAuditorsAndAnalysts) {
  const auto tom = admin_of({"acme"});
  EXPECT_TRUE(looks_after(tom, account("b", ingest::Role::auditor, {"acme"})));
  EXPECT_TRUE(looks_after(tom, account("b", ingest::Role::analyst, {"acme"})));
  for (const auto role : {ingest::Role::privacy, ingest::Role::admin}) {
    EXPECT_FALSE(looks_after(tom, account("b", role, {"acme"})));
    EXPECT_TRUE(sees(tom, account("b", role, {"acme"})));
  }
  for (const auto& tenants : std::vector<std::vector<std::string>>{{"globex"}, {"acme", "globex"}, {}}) {
    EXPECT_FALSE(looks_after(tom, account("b", ingest::Role::analyst, tenants)));
    EXPECT_FALSE(sees(tom, account("b", ingest::Role::analyst, tenants)));
  }
}

TEST(OwnAccounts, NobodyTakesHimselfAway) {
  const auto own = account("a1", ingest::Role::admin, {});
  const std::vector all{own, account("b", ingest::Role::admin, {})};
  EXPECT_FALSE(may_be_taken_away(admin_of({}, "a1"), own, all, kNow));
  EXPECT_TRUE(may_be_taken_away(admin_of({}, "a1"), all[1], all, kNow));
}

TEST(OwnAccounts, TheLastAdminOfAllWhoCanSignInStays) {
  const auto last = account("b", ingest::Role::admin, {});
  const auto refused = [&](const auth::Account& other) {
    const std::vector all{last, other};
    return !may_be_taken_away(admin_of({}, "x"), last, all, kNow);
  };
  EXPECT_FALSE(refused(account("c", ingest::Role::admin, {})));
  EXPECT_TRUE(refused(account("c", ingest::Role::admin, {"acme"})));
  EXPECT_TRUE(refused(account("c", ingest::Role::analyst, {})));
  auto invited = account("c", ingest::Role::admin, {});
  invited.password.clear();
  EXPECT_TRUE(refused(invited)) << "who was invited has not come in yet";
  invited.oidc = auth::OidcLink{"https://idp", "c", {}};
  EXPECT_FALSE(refused(invited));
  auto disabled = account("c", ingest::Role::admin, {});
  disabled.disabled = base::Timestamp{1};
  EXPECT_TRUE(refused(disabled));
  auto expired = account("c", ingest::Role::admin, {});
  expired.expires = kNow;
  EXPECT_TRUE(refused(expired));
  // One that cannot come in anyway may go.
  const std::vector all{disabled};
  EXPECT_TRUE(may_be_taken_away(admin_of({}, "x"), disabled, all, kNow));
}

TEST(OwnAccounts, AreNamedToPeopleAndNotToTokens) {
  const auto one = account("b", ingest::Role::analyst, {"acme"});
  auto asker = admin_of({});
  EXPECT_EQ(user_document(asker, one, kNow).at("user"), "b@example.com");
  asker.person.reset();
  const auto out = user_document(asker, one, kNow);
  EXPECT_EQ(out.at("id"), "b");
  EXPECT_FALSE(out.contains("user"));
  EXPECT_FALSE(out.contains("display_name"));
}

}  // namespace
}  // namespace countersign::admin
