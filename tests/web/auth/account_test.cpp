#include "web/auth/account.h"

#include <gtest/gtest.h>

namespace countersign::auth {
namespace {

base::Timestamp at(std::int64_t seconds) { return {seconds * 1'000'000}; }

Account full_account(const std::string& name = "ana@example.com") {
  Account out;
  out.id = crypto::random_id(crypto::system_entropy());
  out.name = name;
  out.display_name = "Ana \"Example\"";
  out.role = ingest::Role::auditor;
  out.tenants = {base::TenantId("acme"), base::TenantId("globex")};
  out.period = {at(1), at(2)};
  out.created = at(3);
  out.expires = at(4);
  out.disabled = at(5);
  out.password = "$scrypt$x";
  out.oidc = {"https://id.example.com", "ana", at(10)};
  out.invitation.emplace();
  crypto::system_entropy()(out.invitation->token_sha256.bytes);
  out.invitation->expires = at(6);
  out.totp = {{1, 2, 3}, 77, at(7)};
  out.passkeys.push_back({{{4, 5}, {6, 7, 8}, 4'294'967'295u, true, true, {"internal", "usb"}, {1, 2, 3}},
                          "my key",
                          at(8),
                          at(9),
                          true});
  out.passkeys.push_back({{{9}, {10}, 0, false, false, {}, {}}, "", at(8), {}, false});
  out.recovery_codes = {base::Digest{{1}}, base::Digest{{2}}};
  out.sessions_since = at(10);
  out.factor_failures = 3;
  out.password_failures = {4, 5};
  out.networks = {{"192.0.2.0/24", at(11)}, {"2001:db8::/64", at(12)}};
  return out;
}

TEST(Account, IsReadAsItWasWritten) {
  for (const auto& account : {full_account(), Account()}) {
    const auto read = parse_account(to_text(account));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, account);
  }
}

TEST(Account, IsReadAsItWasWrittenBeforePasswordsWereCounted) {
  auto before = full_account();
  before.password_failures = {};
  before.networks.clear();
  const auto text = to_text(before);
  EXPECT_EQ(text.find("password_failures"), std::string::npos) << "as it always was";
  EXPECT_EQ(text.find("networks"), std::string::npos);
  EXPECT_EQ(*parse_account(text), before);
}

TEST(Account, IsNotReadWhereAMemberIsMissingUnknownOrDamaged) {
  const auto text = to_text(full_account());
  ASSERT_TRUE(parse_account(text));
  for (const std::string member :
       {"id", "name", "role", "tenants", "password", "passkeys", "sign_count", "last_step", "subject"}) {
    auto other = text;
    const auto where = other.find('"' + member + '"');
    ASSERT_NE(where, std::string::npos) << member;
    other.replace(where + 1, 1, "X");
    const auto read = parse_account(other);
    ASSERT_FALSE(read) << member;
    EXPECT_EQ(read.error().code, base::Code::data_loss);
    EXPECT_EQ(read.error().message.find("ana"), std::string::npos);
  }
  for (std::size_t size = 0; size < text.size(); ++size)
    ASSERT_FALSE(parse_account(text.substr(0, size))) << size;
}

TEST(Account, HasANameThatCanBeTypedInOneWay) {
  EXPECT_EQ(*parse_account_name("Ana.Example+audit@Example.com"), "ana.example+audit@example.com");
  EXPECT_EQ(*parse_account_name("a"), "a");
  for (const std::string& bad :
       {std::string(), std::string("@a"), std::string("a b"), std::string("a\n"), std::string("größe"),
        std::string("a/b"), std::string("a\0b", 3), std::string(129, 'a')})
    EXPECT_FALSE(parse_account_name(bad)) << bad;
}

TEST(Account, IsActiveUntilItExpiresOrIsDisabled) {
  Account account;
  EXPECT_TRUE(account.is_active(at(100)));
  account.expires = at(100);
  EXPECT_TRUE(account.is_active(at(99)));
  EXPECT_FALSE(account.is_active(at(100)));
  account.expires.reset();
  account.disabled = at(50);
  EXPECT_FALSE(account.is_active(at(40)));
}

}  // namespace
}  // namespace countersign::auth
