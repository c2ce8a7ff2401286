#include "web/auth/scim_accounts.h"

#include "tests/web/auth/test_access.h"
#include "tests/web/scim/client.h"
#include "tests/web/scim/store_contract.h"
#include "web/auth/oidc_accounts.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace countersign::auth {
namespace {

TEST(ProvisionedStore, KeepsTheContract) {
  const testing::TempDir folder;
  auto store = AccountStore::open(folder / "accounts.sqlite");
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->together([](Provisioned& provisioned) -> base::Result<bool> {
    scim::expect_store_contract(provisioned);
    return true;
  }));
}

TEST(ProvisionedStore, IsUndoneWithTheAccounts) {
  const testing::TempDir folder;
  auto store = AccountStore::open(folder / "accounts.sqlite");
  ASSERT_TRUE(store);
  Account account;
  account.id = "1";
  account.name = "ana";
  for (const auto& result :
       {base::Result<bool>(false), base::Result<bool>(base::fail(base::Code::internal, "no"))}) {
    const auto before = *store->version();
    const auto done = store->together([&](Provisioned& provisioned) {
      EXPECT_TRUE(store->add(account));
      EXPECT_TRUE(store->change("1", [](Account& one) -> base::Result<void> {
        one.display_name = "Ana";
        return {};
      }));
      EXPECT_TRUE(provisioned.create(
          scim::Kind::user, scim::parse(R"({"id":"a","userName":"ana","active":true})").get_object()));
      return result;
    });
    EXPECT_EQ(done.has_value(), result.has_value());
    EXPECT_TRUE(store->all()->empty());
    EXPECT_NE(*store->version(), before) << "what was read within must be read anew";
  }
  ASSERT_TRUE(store->together([&](Provisioned& provisioned) -> base::Result<bool> {
    EXPECT_EQ(*provisioned.count(scim::Kind::user), 0u);
    return true;
  }));
  ASSERT_TRUE(store->add(account)) << "what comes after stands by itself";
  EXPECT_EQ(store->all()->size(), 1u);
}

class ScimAccounts : public AccessTest {
 protected:
  ScimAccounts() {
    GroupRights admins;
    admins.group = "admins";
    admins.role = ingest::Role::admin;
    admins.all_tenants = true;
    GroupRights audit;
    audit.group = "audit";
    audit.tenants = {base::TenantId("acme")};
    audit.period = Period{at_second(0), at_second(5'000'000'000)};
    audit.days = 30;
    rights_ = {admins, audit};
  }
  static base::Timestamp at_second(std::int64_t s) { return {s * 1'000'000}; }

  scim::Answer send(std::string_view method, std::string_view path, std::string_view body = {}) {
    scim::Request request{method, path, {}};
    request.body = body;
    return answer_scim(by_, record_all_, service_, rights_, request);
  }
  static std::string id_of(const scim::Answer& answer) {
    const auto quoted = scim::at(answer, "/id");
    return quoted.size() > 2 ? quoted.substr(1, quoted.size() - 2) : "";
  }
  std::string user(const std::string& name, const std::string& more = "") {
    const auto made = send("POST", "/Users",
                           fmt::format(R"({{"schemas":["{}"],"userName":"{}","externalId":"x-{}",
      "displayName":"The name"{}}})",
                                       scim::kUserSchema, name, name, more));
    EXPECT_EQ(made.status, 201) << made.body;
    return id_of(made);
  }
  std::string group(const std::string& name, const std::vector<std::string>& members) {
    std::vector<std::string> values;
    for (const auto& one : members) values.push_back(fmt::format(R"({{"value":"{}"}})", one));
    const auto made = send("POST", "/Groups",
                           fmt::format(R"({{"schemas":["{}"],"displayName":"{}","members":[{}]}})",
                                       scim::kGroupSchema, name, fmt::join(values, ",")));
    EXPECT_EQ(made.status, 201) << made.body;
    return id_of(made);
  }
  scim::Answer patch(const std::string& path, const std::string& operation) {
    return send("PATCH", path,
                fmt::format(R"({{"schemas":["{}"],"Operations":[{}]}})", scim::kPatchMessage, operation));
  }
  std::optional<Account> account(const std::string& user) { return *access_.store.by_scim(user); }
  /// What was recorded since the last call: `type: action, reason`.
  std::string told() {
    std::string out;
    for (const auto& [type, members] : events_) {
      const auto& action = members.at("action").as_object();
      out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", type,
                         std::string_view(action.at("name").as_string()));
      if (const auto* outcome = members.if_contains("outcome"))
        out += fmt::format(" ({})", std::string_view(outcome->at("reason").as_string()));
    }
    events_.clear();
    return out;
  }

  std::vector<GroupRights> rights_;
  RecordAll record_all_ = [this](const std::vector<Noted>& events) -> base::Result<void> {
    for (const auto& one : events)
      TRY(access_.record(one.whose ? &*one.whose : nullptr, one.type, one.members));
    return {};
  };
  scim::Service service_{{"https://evidence.example.com/scim/v2", [this] { return now_; }, entropy_}};
  Administrator by_{access_.store,
                    access_.record,
                    [this] { return now_; },
                    entropy_,
                    {{"actor", {{"id", "okta"}, {"role", "operator"}}}}};
};

TEST_F(ScimAccounts, AreMadeWhenAGroupGivesARight) {
  const auto ana = user("Ana@Example.com");
  EXPECT_FALSE(account(ana));
  EXPECT_EQ(told(), "");
  group("admins", {ana});
  ASSERT_TRUE(account(ana));
  EXPECT_EQ(account(ana)->name, "ana@example.com");
  EXPECT_EQ(account(ana)->display_name, "The name");
  EXPECT_EQ(account(ana)->role, ingest::Role::admin);
  EXPECT_TRUE(account(ana)->all_tenants);
  EXPECT_TRUE(account(ana)->is_active(now_));
  const auto& event = events_.at(0).second;
  EXPECT_EQ(event.at("actor").at("id").as_string(), "okta");
  EXPECT_EQ(std::string_view(event.at("action").at("resource").as_string()), account(ana)->id);
  EXPECT_EQ(event.at("action").at("context").as_string(), "over SCIM: role admin, all tenants");
  EXPECT_EQ(boost::json::serialize(event).find("xample"), std::string::npos) << "no name in the clear";
  EXPECT_EQ(told(), "user.provisioned: add account");
}

TEST_F(ScimAccounts, GoAndComeWithThePlatform) {
  const auto ana = user("ana@example.com"), bob = user("bob@example.com", R"(,"active":false)");
  const auto admins = group("admins", {ana, bob});
  EXPECT_FALSE(account(bob)) << "never active";
  EXPECT_EQ(told(), "user.provisioned: add account");
  const auto before = account(ana)->id;

  now_ = at_second(1'000'000'100);
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","value":{"active":false}})").status, 200);
  EXPECT_FALSE(account(ana)->is_active(now_));
  EXPECT_EQ(account(ana)->sessions_since, now_) << "what was opened before has ended";
  EXPECT_EQ(told(), "user.suspended: disable account (deactivated)");
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","path":"active","value":"True"})").status, 200);
  EXPECT_TRUE(account(ana)->is_active(now_));
  EXPECT_EQ(told(), "user.provisioned: enable account");
  EXPECT_EQ(
      patch("/Groups/" + admins, fmt::format(R"({{"op":"remove","path":"members[value eq \"{}\"]"}})", ana))
          .status,
      204);
  EXPECT_FALSE(account(ana)->is_active(now_));
  EXPECT_EQ(told(), "user.suspended: disable account (no_role)");
  EXPECT_EQ(patch("/Groups/" + admins,
                  fmt::format(R"({{"op":"add","path":"members","value":[{{"value":"{}"}}]}})", ana))
                .status,
            204);
  EXPECT_EQ(account(ana)->id, before) << "the same account, with its second factors";
  EXPECT_EQ(told(), "user.provisioned: enable account");
  EXPECT_EQ(patch("/Users/" + bob, R"({"op":"replace","value":{"active":true}})").status, 200);
  EXPECT_EQ(told(), "user.provisioned: add account");
  EXPECT_EQ(send("DELETE", "/Users/" + ana).status, 204);
  EXPECT_FALSE(account(ana));
  EXPECT_EQ(told(), "user.deprovisioned: remove account");
  EXPECT_EQ(send("DELETE", "/Groups/" + admins).status, 204);
  EXPECT_FALSE(account(bob)->is_active(now_));
  EXPECT_EQ(told(), "user.suspended: disable account (no_role)");
}

TEST_F(ScimAccounts, HaveTheRightsOfTheirGroups) {
  const auto ana = user("ana@example.com");
  const auto audit = group("audit", {ana});
  EXPECT_EQ(account(ana)->role, ingest::Role::auditor);
  EXPECT_EQ(account(ana)->expires, at_second(1'000'000'000 + 30 * 86'400));
  group("admins", {ana});
  EXPECT_EQ(account(ana)->role, ingest::Role::admin) << "the first entry decides";
  EXPECT_FALSE(account(ana)->expires);
  EXPECT_EQ(told(), "user.provisioned: add account; user.role_changed: change rights");

  // The settings change, and so do names of groups.
  rights_.erase(rights_.begin());
  ASSERT_TRUE(follow_rights(by_, record_all_, rights_));
  EXPECT_EQ(account(ana)->role, ingest::Role::auditor);
  EXPECT_EQ(told(), "user.role_changed: change rights");
  ASSERT_TRUE(follow_rights(by_, record_all_, rights_));
  EXPECT_EQ(told(), "");
  EXPECT_EQ(patch("/Groups/" + audit, R"({"op":"replace","path":"displayName","value":"other"})").status,
            204);
  EXPECT_FALSE(account(ana)->is_active(now_));
  EXPECT_EQ(told(), "user.suspended: disable account (no_role)");
}

TEST_F(ScimAccounts, TakeNoOtherAccountOver) {
  const auto local = add("ana@example.com");
  const auto ana = user("ANA@example.com");
  group("admins", {ana});
  EXPECT_FALSE(account(ana));
  EXPECT_EQ(stored(local), local);
  const auto refused = patch("/Users/" + ana, R"({"op":"replace","value":{"displayName":"Ana"}})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(scim::at(refused, "/scimType"), R"("uniqueness")");
  EXPECT_EQ(scim::at(send("GET", "/Users/" + ana), "/displayName"), R"("The name")") << "undone as a whole";
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","value":{"userName":"a b"}})").status, 400);
  const auto bob = user("bob@example.com");
  group("admins", {bob});
  EXPECT_EQ(patch("/Users/" + bob, R"({"op":"replace","value":{"userName":"ana@example.com"}})").status, 409);
  EXPECT_EQ(account(bob)->name, "bob@example.com");
  EXPECT_EQ(patch("/Users/" + bob, R"({"op":"replace","value":{"userName":"rob@example.com"}})").status, 200);
  EXPECT_EQ(account(bob)->name, "rob@example.com");
}

TEST_F(ScimAccounts, LeaveNoEventOfWhatDidNotHappen) {
  const auto eve = user("eve@example.com"), zed = user("zed@example.com");
  const auto admins = group("admins", {eve});
  add("zed@example.com");
  told();
  const auto put =
      send("PUT", "/Groups/" + admins,
           fmt::format(R"({{"schemas":["{}"],"displayName":"admins","members":[{{"value":"{}"}}]}})",
                       scim::kGroupSchema, zed));
  EXPECT_EQ(put.status, 200) << "who cannot have an account does not keep others in";
  EXPECT_FALSE(account(eve)->is_active(now_));
  EXPECT_FALSE(account(zed));
  EXPECT_EQ(told(), "user.suspended: disable account (no_role)");
  EXPECT_EQ(patch("/Users/" + zed, R"({"op":"replace","value":{"title":"x"}})").status, 409);
  EXPECT_EQ(told(), "");
  EXPECT_EQ(patch("/Users/" + zed, R"({"op":"replace","value":{"active":false}})").status, 200);
  EXPECT_EQ(send("DELETE", "/Users/" + zed).status, 204);
  EXPECT_EQ(told(), "");
}

TEST_F(ScimAccounts, NeedNoNameWhereNoGroupGivesARight) {
  const auto guest = user("bob_gmail.com#EXT#@example.com");
  const auto others = group("others", {guest});
  EXPECT_EQ(send("DELETE", "/Groups/" + others).status, 204);
  const auto admins = group("admins", {guest});
  EXPECT_FALSE(account(guest));
  EXPECT_EQ(patch("/Users/" + guest, R"({"op":"replace","value":{"userName":"bob@example.com"}})").status,
            200);
  EXPECT_TRUE(account(guest));
  EXPECT_EQ(patch("/Users/" + guest, R"({"op":"replace","value":{"userName":"b b","active":false}})").status,
            200);
  EXPECT_FALSE(account(guest)->is_active(now_)) << "a leaver goes, whatever her name";
  EXPECT_EQ(account(guest)->name, "bob@example.com");
}

TEST_F(ScimAccounts, AreAskedForAnewUnderAnotherIdentifier) {
  const auto ana = user("ana@example.com");
  group("admins", {ana});
  RightsByGroup by{"corp", {}, true};
  oidc::Identity who;
  who.issuer = "https://id.example.com";
  who.subject = "s-1";
  who.external_id = "x-ana@example.com";
  ASSERT_TRUE(sign_in(access_, by, who, peer_));
  told();
  now_ = at_second(1'000'000'100);
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","value":{"externalId":"bob"}})").status, 200);
  EXPECT_EQ(told(), "user.provisioned: change identity");
  EXPECT_FALSE(account(ana)->oidc);
  EXPECT_EQ(account(ana)->sessions_since, now_);
  EXPECT_EQ(sign_in(access_, by, who, peer_).error().status, 403);
  who.subject = "s-2";
  who.external_id = "bob";
  ASSERT_TRUE(sign_in(access_, by, who, peer_));
  EXPECT_EQ(
      told(),
      "login.failed: sign in (not_provisioned); user.provisioned: link identity; identity.verified: sign in");
  who.subject = "s-3";
  EXPECT_EQ(sign_in(access_, by, who, peer_).error().status, 403) << "it is somebody's already";
  who.subject = "s-2";

  // The provider opens accounts by groups again: this one is still the platform's.
  GroupRights all;
  all.group = "g";
  all.role = ingest::Role::privacy;
  all.all_tenants = true;
  who.groups = {"g"};
  ASSERT_TRUE(sign_in(access_, {"corp", {all}, false}, who, peer_));
  EXPECT_EQ(account(ana)->role, ingest::Role::admin);
}

TEST_F(ScimAccounts, ComeByTheThousand) {
  std::vector<std::string> all;
  for (int i = 0; i < 2000; ++i) all.push_back(user(fmt::format("u{}@example.com", i)));
  told();
  group("admins", all);
  EXPECT_EQ(events_.size(), 2000u);
  EXPECT_TRUE(account(all.back())->is_active(now_));
}

TEST_F(ScimAccounts, AreChangedByNobodyElse) {
  const auto ana = user("ana@example.com");
  group("admins", {ana});
  EXPECT_EQ(remove(by_, account(ana)->id).error().code, base::Code::failed_precondition);
  ASSERT_TRUE(disable(by_, account(ana)->id));
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","value":{"active":false}})").status, 200);
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","value":{"active":true}})").status, 200);
  EXPECT_FALSE(account(ana)->is_active(now_)) << "whom an administrator disabled stays so";
  ASSERT_TRUE(enable(by_, account(ana)->id));
  EXPECT_TRUE(account(ana)->is_active(now_));
}

TEST_F(ScimAccounts, DoNotChangeWhereNothingCanBeRecorded) {
  const auto ana = user("ana@example.com");
  const auto admins = group("admins", {});
  records_fail_ = true;
  const auto add = fmt::format(R"({{"op":"add","path":"members","value":[{{"value":"{}"}}]}})", ana);
  EXPECT_EQ(patch("/Groups/" + admins, add).status, 507);
  EXPECT_FALSE(account(ana));
  EXPECT_EQ(scim::at(send("GET", "/Groups/" + admins), "/members"), "");
  records_fail_ = false;
  EXPECT_EQ(patch("/Groups/" + admins, add).status, 204);
  EXPECT_TRUE(account(ana));
}

TEST_F(ScimAccounts, AreOpenedByTheirProviderAndNoOther) {
  const auto ana = user("ana@example.com");
  group("admins", {ana});
  told();
  RightsByGroup by{"corp", {}, true};
  oidc::Identity who;
  who.issuer = "https://id.example.com";
  who.subject = "s-1";
  who.email = "ana@example.com";
  who.email_verified = true;
  EXPECT_EQ(sign_in(access_, by, who, peer_).error().status, 403) << "an address names nobody";
  EXPECT_EQ(told(), "login.failed: sign in (not_provisioned)");
  who.external_id = "x-ana@example.com";
  const auto opened = sign_in(access_, by, who, peer_);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->session.account, account(ana)->id);
  EXPECT_EQ(account(ana)->oidc->subject, "s-1");
  EXPECT_EQ(account(ana)->role, ingest::Role::admin);
  EXPECT_EQ(told(), "user.provisioned: link identity; identity.verified: sign in");
  who.external_id.clear();
  EXPECT_TRUE(sign_in(access_, by, who, peer_)) << "issuer and subject name her from now on";
  EXPECT_EQ(patch("/Users/" + ana, R"({"op":"replace","value":{"active":false}})").status, 200);
  told();
  EXPECT_EQ(sign_in(access_, by, who, peer_).error().status, 403);
  EXPECT_EQ(told(), "login.failed: sign in (disabled)");
}

}  // namespace
}  // namespace countersign::auth
