#include "web/auth/oidc_accounts.h"

#include "tests/web/auth/test_access.h"
#include "web/auth/administration.h"

#include <boost/json/serialize.hpp>

namespace countersign::auth {
namespace {

using ingest::Role;

constexpr std::int64_t kDay = 86'400;

GroupRights rights(std::string group, Role role, std::vector<std::string> tenants) {
  GroupRights out{std::move(group), role};
  for (auto& tenant : tenants) out.tenants.emplace_back(std::move(tenant));
  out.all_tenants = out.tenants.empty();
  return out;
}

class OidcAccounts : public AccessTest {
 protected:
  OidcAccounts() {
    auto outside = rights("outside", Role::auditor, {"acme"});
    outside.period = {at(1), at(2)};
    outside.days = 30;
    auto elsewhere = outside;
    elsewhere.group = "outside-globex";
    elsewhere.tenants = {base::TenantId("globex")};
    by_ = {"corp",
           {rights("admins", Role::admin, {}), rights("sec", Role::analyst, {"globex", "acme"}),
            rights("more", Role::analyst, {"initech"}), outside, elsewhere}};
    who_.issuer = "https://id.example.com";
    who_.subject = "Sub|1";
    who_.sid = "s1";
    who_.email = "Ana@Example.com";
    who_.email_verified = true;
    who_.name = "Ana";
    who_.groups = {"sec"};
  }

  Outcome<Sessions::Opened> try_it() { return sign_in(access_, by_, who_, peer_); }
  Account account() {
    const auto opened = try_it();
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().detail);
    return **access_.store.by_subject(who_.issuer, who_.subject);
  }
  std::string reason() const {
    return std::string(events_.back().second.at("outcome").at("reason").as_string());
  }

  RightsByGroup by_;
  oidc::Identity who_;
};

TEST_F(OidcAccounts, AreMadeAtTheFirstSignInAndFoundAtTheNext) {
  const auto opened = try_it();
  ASSERT_TRUE(opened) << opened.error().detail;
  const auto ana = account();
  EXPECT_EQ(ana.name, "ana@example.com");
  EXPECT_EQ(ana.display_name, "Ana");
  EXPECT_EQ(ana.role, Role::analyst);
  EXPECT_EQ(ana.tenants, (std::vector{base::TenantId("acme"), base::TenantId("globex")}));
  EXPECT_TRUE(ana.password.empty());
  EXPECT_FALSE(ana.invitation || ana.expires || ana.period);
  EXPECT_EQ(ana.oidc, (OidcLink{who_.issuer, who_.subject, now_}));
  EXPECT_EQ(access_.store.all()->size(), 1u);
  EXPECT_EQ(count("identity.verified"), 2u);
  ASSERT_EQ(events_.size(), 3u);
  EXPECT_EQ(events_[0].first, "user.provisioned");
  EXPECT_EQ(boost::json::serialize(events_[0].second.at("action")),
            R"({"name":"add account","resource":")" + ana.id +
                R"(","context":"with the provider corp: role analyst, tenants acme globex"})");
  const auto session = session_of(*opened);
  EXPECT_EQ(session.account, ana.id);
  EXPECT_FALSE(session.proof) << "the second factor is ours";
  ASSERT_TRUE(session.oidc);
  EXPECT_EQ(session.oidc->subject + session.oidc->sid, "Sub|1s1");
}

TEST_F(OidcAccounts, AreOfASubjectAndNotOfAnAddress) {
  const auto local = add("ana@example.com");
  const auto first = account();
  EXPECT_EQ(first.name, "ana@example.com-" + first.id.substr(0, 8));
  who_.subject = "Sub|2";
  const auto second = account();
  EXPECT_NE(second.id, first.id);
  who_.issuer = "https://other.example.com";
  EXPECT_NE(account().id, second.id);
  EXPECT_EQ(stored(local), local);
  who_.issuer = first.oidc->issuer;
  who_.subject = first.oidc->subject;
  who_.email = "new@example.com";
  who_.name.clear();
  const auto again = account();
  EXPECT_EQ(again.id, first.id) << "whatever her address is now";
  EXPECT_EQ(again.name, first.name);
  EXPECT_EQ(again.display_name, "Ana");
}

TEST_F(OidcAccounts, HaveANameThatFits) {
  who_.email_verified = false;
  EXPECT_EQ(account().name, "corp-sub-1");
  who_.subject = "sub-1";
  EXPECT_TRUE(account().name.starts_with("corp-sub-1-"));
  who_.subject = std::string(255, '/');
  EXPECT_EQ(account().name, "corp-" + std::string(95, '-'));
  who_.subject = "x";
  who_.email_verified = true;
  who_.email = "o'hara@example.com";
  for (int i = 0; i < 50; ++i) who_.name += "\xc3\xa4\xc3\xb6";
  const auto last = account();
  EXPECT_EQ(last.name, "corp-x");
  EXPECT_EQ(last.display_name, who_.name.substr(0, 127)) << "no character is cut";
}

TEST_F(OidcAccounts, MayDoWhatTheGroupsGiveNow) {
  const auto first = account();
  who_.groups = {"x", "more", "sec"};
  EXPECT_EQ(account().tenants.size(), 3u) << "entries of one role add up";
  who_.groups = {"outside", "admins", "sec"};
  const auto admin = account();
  EXPECT_EQ(admin.role, Role::admin) << "the first entry decides";
  EXPECT_TRUE(admin.all_tenants && admin.tenants.empty());
  EXPECT_EQ(admin.id, first.id);
  EXPECT_EQ(count("user.role_changed"), 2u);
  account();
  EXPECT_EQ(count("user.role_changed"), 2u) << "nothing changed";
  EXPECT_EQ(count("user.provisioned"), 1u);
}

TEST_F(OidcAccounts, OfAuditorsEndAndAreNotProlonged) {
  who_.groups = {"outside-globex", "outside"};
  const auto first = account();
  EXPECT_EQ(first.tenants, std::vector{base::TenantId("acme")}) << "an auditor has one";
  EXPECT_EQ(first.period, (Period{at(1), at(2)}));
  EXPECT_EQ(first.expires, base::Timestamp{now_.micros + 30 * kDay * 1'000'000});
  now_.micros += 29 * kDay * 1'000'000;
  EXPECT_EQ(account().expires, first.expires);
  now_.micros += kDay * 1'000'000;
  const auto late = try_it();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().status, 403);
  EXPECT_EQ(reason(), "expired");
  by_.rights[3].days = 40;
  EXPECT_EQ(account().expires->micros, first.expires->micros + 10 * kDay * 1'000'000);
  EXPECT_EQ(count("user.role_changed"), 1u);
  who_.groups = {"sec"};
  const auto analyst = account();
  EXPECT_FALSE(analyst.expires || analyst.period);
}

TEST_F(OidcAccounts, WithoutAGroupAreRefusedAndTheirSessionsEnd) {
  who_.groups = {"others"};
  auto refused = try_it();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_EQ(reason(), "no_role");
  EXPECT_EQ(boost::json::serialize(events_.back().second.at("actor")), R"({"id":"Sub|1"})");
  EXPECT_TRUE(access_.store.all()->empty());
  who_.groups = {"sec"};
  const auto ana = account();
  ASSERT_EQ(sessions_.size(), 1u);
  who_.groups = {};
  refused = try_it();
  ASSERT_FALSE(refused);
  EXPECT_EQ(sessions_.size(), 0u);
  EXPECT_EQ(events_.back().second.at("actor").at("id").as_string(), ana.id);
}

TEST_F(OidcAccounts, StayDisabled) {
  const auto ana = account();
  sessions_.close_others(ana.id, {});
  ASSERT_TRUE(access_.store.change(ana.id, [&](Account& one) {
    one.disabled = now_;
    return base::Result<void>();
  }));
  who_.groups = {"admins"};
  ASSERT_FALSE(try_it());
  EXPECT_EQ(reason(), "disabled");
  EXPECT_EQ(stored(ana).disabled, now_);
  EXPECT_EQ(stored(ana).role, Role::analyst);
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(OidcAccounts, AreNeitherMadeNorChangedUnrecorded) {
  records_fail_ = true;
  EXPECT_EQ(try_it().error().status, 507);
  EXPECT_TRUE(access_.store.all()->empty());
  records_fail_ = false;
  const auto ana = account();
  records_fail_ = true;
  who_.groups = {"admins"};
  const auto opened = sessions_.size();
  EXPECT_EQ(try_it().error().status, 507);
  EXPECT_EQ(stored(ana), ana);
  EXPECT_EQ(sessions_.size(), opened);
}

TEST_F(OidcAccounts, HaveNoPasswordAndAreNotInvited) {
  const auto ana = account();
  const Administrator by{access_.store, access_.record, access_.clock, entropy_, {}};
  const auto invited = invite_again(by, ana.id);
  ASSERT_FALSE(invited);
  EXPECT_EQ(invited.error().code, base::Code::failed_precondition);
  EXPECT_FALSE(stored(ana).invitation);
  const auto shown = account_document(ana, now_);
  EXPECT_EQ(shown.at("state"), "active");
  EXPECT_EQ(shown.at("issuer"), "https://id.example.com");
}

TEST_F(OidcAccounts, AreSignedOutAsTheirProviderSays) {
  account();
  ASSERT_TRUE(end_sessions(access_, "corp", {who_.issuer, "Sub|2", ""}));
  EXPECT_EQ(count("session.ended"), 0u);
  ASSERT_TRUE(end_sessions(access_, "corp", {who_.issuer, "", "s1"}));
  EXPECT_EQ(sessions_.size(), 0u);
  ASSERT_EQ(count("session.ended"), 1u);
  EXPECT_EQ(reason(), "back_channel_logout");
  account();
  records_fail_ = true;
  EXPECT_EQ(end_sessions(access_, "corp", {who_.issuer, who_.subject, ""}).error().status, 507);
  EXPECT_EQ(sessions_.size(), 0u) << "they end in any case";
}

TEST_F(OidcAccounts, SayWhyASignInCameToNothing) {
  using enum base::Code;
  for (const auto& [why, word] : {std::pair{unauthenticated, "not_proven"},
                                  {permission_denied, "refused_by_provider"},
                                  {failed_precondition, "provider_disagrees"},
                                  {unavailable, "provider_unavailable"},
                                  {data_loss, "provider_unavailable"}}) {
    ASSERT_TRUE(note_failed(access_, "corp", why, peer_));
    EXPECT_EQ(reason(), word);
    EXPECT_FALSE(events_.back().second.contains("actor"));
    EXPECT_EQ(events_.back().second.at("device").at("ip"), "192.0.2.1");
  }
}

TEST(GroupRights, AreCheckedAsThoseOfAnyAccount) {
  EXPECT_TRUE(check(rights("g", Role::admin, {})));
  EXPECT_TRUE(check(rights("g", Role::analyst, {"acme", "globex"})));
  auto neither = rights("g", Role::analyst, {});
  neither.all_tenants = false;
  auto both = rights("g", Role::analyst, {"acme"});
  both.all_tenants = true;
  auto auditor = rights("g", Role::auditor, {"acme"});
  auditor.period = {base::Timestamp{1}, base::Timestamp{2}};
  auto backwards = rights("g", Role::analyst, {"acme"});
  backwards.period = {base::Timestamp{2}, base::Timestamp{1}};
  for (const auto& bad : {neither, both, auditor, backwards, rights("g", Role::auditor, {})})
    EXPECT_EQ(check(bad).error().code, base::Code::invalid_argument);
  auditor.days = 1;
  EXPECT_TRUE(check(auditor));
}

}  // namespace
}  // namespace countersign::auth
