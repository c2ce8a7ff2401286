// The requests of Okta and Microsoft Entra ID (tests/web/scim/{okta,entra}_test.cpp say where they are from),
// and what becomes of them as evidence.

#include "tests/web/provisioning/provider.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::provisioning {
namespace {

using scim::at;
using ::testing::ElementsAre;

constexpr std::string_view kOktaUser = R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "ana@example.com",
    "name": {"givenName": "Ana", "familyName": "User"},
    "emails": [{"primary": true, "value": "ana@example.com", "type": "work"}],
    "displayName": "Ana User",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "1mz050nq",
    "active": true
})";
constexpr std::string_view kAna = "00ujl29u0le5T6Aj10h7 ana@example.com Ana User";

TEST(OktaAsSource, LeavesEvidenceOfAJoinerAndALeaver) {
  Provider okta;
  EXPECT_EQ(at(okta.get("/Users?filter=userName%20eq%20%22ana%40example.com%22&startIndex=1&count=100"),
               "/totalResults"),
            "0");
  EXPECT_EQ(okta.records(), 0u) << "looking is no evidence";
  const auto id = okta.create("/Users", kOktaUser);
  EXPECT_THAT(okta.told(),
              ElementsAre(fmt::format("user.provisioned | create user | Users/{} |  | {}", id, kAna)));
  EXPECT_EQ(okta.send("POST", "/Users", kOktaUser).status, 409);
  EXPECT_EQ(at(okta.get("/Users?filter=userName%20eq%20%22ANA%40example.com%22"), "/Resources/0/id"),
            fmt::format(R"("{}")", id));

  EXPECT_EQ(okta.patch("/Users/" + id, R"({"op":"replace","value":{"active":false}})").status, 200);
  EXPECT_THAT(okta.told(),
              ElementsAre(fmt::format("user.deprovisioned | deactivate user | Users/{} |  | {}", id, kAna)));
  EXPECT_EQ(okta.send("PUT", "/Users/" + id, kOktaUser).status, 200);
  EXPECT_THAT(okta.told(),
              ElementsAre(fmt::format("user.provisioned | reactivate user | Users/{} |  | {}", id, kAna)));
  EXPECT_EQ(okta.send("PUT", "/Users/" + id, kOktaUser).status, 200);
  EXPECT_EQ(okta.send("DELETE", "/Users/" + id).status, 204);
  EXPECT_THAT(okta.told(),
              ElementsAre(fmt::format("user.deprovisioned | delete user | Users/{} |  | {}", id, kAna)))
      << "and nothing of a request that changed nothing";
  EXPECT_EQ(okta.get("/Users/" + id).status, 404);

  const auto payloads = okta.payloads();
  ASSERT_EQ(payloads.size(), 4u);
  EXPECT_EQ(at(scim::parse(payloads[0]), "/userName"), R"("ana@example.com")");
  EXPECT_EQ(at(scim::parse(payloads[0]), "/active"), "true");
  EXPECT_EQ(at(scim::parse(payloads[1]), "/active"), "false");
  for (const auto& payload : payloads) EXPECT_EQ(payload.find("1mz050nq"), std::string::npos);
  okta.expect_whole_ledger();
}

TEST(OktaAsSource, LeavesEvidenceOfGroups) {
  Provider okta;
  const auto ana = okta.create_user("ana@example.com"), bob = okta.create_user("bob");
  const auto group = okta.create("/Groups", R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Admins", "members": []})");
  okta.told();
  const auto add = [&](std::string_view id) {
    return fmt::format(R"({{"op":"add","path":"members","value":[{{"value":"{}","display":"Ana User"}}]}})",
                       id);
  };
  EXPECT_EQ(okta.patch("/Groups/" + group, add(ana)).status, 204);
  EXPECT_EQ(
      okta.patch("/Groups/" + group,
                 fmt::format(R"({{"op":"remove","path":"members[value eq \"{}\"]"}},{})", ana, add(bob)))
          .status,
      204);
  EXPECT_EQ(
      okta.patch("/Groups/" + group,
                 fmt::format(R"({{"op":"replace","value":{{"id":"{}","displayName":"Owners"}}}})", group))
          .status,
      204);
  EXPECT_EQ(okta.patch("/Groups/" + group, add(ana)).status, 204);
  EXPECT_EQ(okta.send("DELETE", "/Groups/" + group).status, 204);
  const auto line = [&](std::string_view type, std::string_view action, std::string_view name,
                        std::string_view who) {
    return fmt::format("{} | {} | Groups/{} | {} |{}{}", type, action, group, name, who.empty() ? "" : " ",
                       who);
  };
  EXPECT_THAT(okta.told(),
              ElementsAre(line("user.role_changed", "add member", "Admins", "ana@example.com"),
                          line("user.role_changed", "remove member", "Admins", "ana@example.com"),
                          line("user.role_changed", "add member", "Admins", "bob"),
                          line("action.performed", "update group", "Owners", ""),
                          line("user.role_changed", "add member", "Owners", "ana@example.com"),
                          line("action.performed", "delete group", "Owners", ""),
                          line("user.role_changed", "remove member", "Owners", "bob"),
                          line("user.role_changed", "remove member", "Owners", "ana@example.com")));
  okta.expect_whole_ledger();
}

TEST(OktaAsSource, TakesADeletedUserOutOfItsGroups) {
  Provider okta;
  const auto ana = okta.create_user("ana@example.com"), bob = okta.create_user("bob@example.com");
  const auto group = okta.create_group("Admins", {ana, bob});
  okta.told();
  EXPECT_EQ(okta.send("DELETE", "/Users/" + ana).status, 204);
  EXPECT_THAT(
      okta.told(),
      ElementsAre(
          fmt::format("user.deprovisioned | delete user | Users/{} |  | ana@example.com", ana),
          fmt::format("user.role_changed | remove member | Groups/{} | Admins | ana@example.com", group)));
  EXPECT_EQ(at(okta.get("/Groups/" + group), "/members/0/value"), fmt::format(R"("{}")", bob));
  EXPECT_EQ(at(okta.get("/Groups/" + group), "/members/1"), "");
  okta.restart();
  EXPECT_EQ(at(okta.get("/Groups/" + group), "/members/1"), "");
}

TEST(EntraAsSource, LeavesEvidenceOfAJoinerAndALeaver) {
  Provider entra;
  entra.source = "entra";
  const auto id = entra.create("/Users", R"({
   "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
   "externalId":"ana", "userName":"Ana@example.com", "active":true, "addresses":null, "displayName":"Ana User",
   "emails": [{"type":"work", "value":"ana.user@example.com", "primary":true}],
   "meta": {"resourceType":"User"}, "name":{"familyName":"User", "givenName":"Ana"},
   "phoneNumbers":[{"type":"mobile","value":"+1 425 555 0100"}], "title":null})");
  const std::string ana = "ana Ana@example.com +1 425 555 0100 Ana User";
  EXPECT_EQ(entra
                .patch("/Users/" + id, R"(
    {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Ops"},
    {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ana2@example.com"})")
                .status,
            200);
  EXPECT_EQ(entra.patch("/Users/" + id, R"({"op": "Add", "path": "nickName", "value": "Babs"})").status, 200);
  EXPECT_EQ(
      entra.patch("/Users/" + id, R"({"op":"Add","path":"roles","value":[{"value":"owner","primary":true}]})")
          .status,
      200);
  EXPECT_EQ(entra.patch("/Users/" + id, R"({"op": "Replace", "path": "active", "value": "False"})").status,
            200);
  EXPECT_THAT(
      entra.told(),
      ElementsAre(
          fmt::format("user.provisioned | create user | Users/{} |  | {}", id, ana),
          fmt::format("action.performed | name user | Users/{} | emails | ana ana.user@example.com", id),
          fmt::format("action.performed | update user | Users/{} | emails, "
                      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | {}",
                      id, ana),
          fmt::format("action.performed | name user | Users/{} | emails | ana ana2@example.com", id),
          fmt::format("user.role_changed | update user | Users/{} | roles | {}", id, ana),
          fmt::format("user.deprovisioned | deactivate user | Users/{} |  | {}", id, ana)));

  const auto group = entra.create_group("Admins", {});
  EXPECT_EQ(
      entra
          .patch("/Groups/" + group,
                 fmt::format(R"({{"op":"Add","path":"members","value":[{{"$ref":null,"value":"{}"}}]}})", id))
          .status,
      204);
  EXPECT_EQ(entra
                .patch("/Groups/" + group,
                       fmt::format(R"({{"op":"Remove","path":"members","value":[{{"value":"{}"}}]}})", id))
                .status,
            204);
  EXPECT_THAT(
      entra.told(),
      ElementsAre(fmt::format("action.performed | create group | Groups/{} | Admins |", group),
                  fmt::format("user.role_changed | add member | Groups/{} | Admins | {}", group, ana),
                  fmt::format("user.role_changed | remove member | Groups/{} | Admins | {}", group, ana)));
  EXPECT_EQ(entra.send("DELETE", "/Users/" + id).status, 204);
  entra.expect_whole_ledger();
}

TEST(AnySource, DoesNotTakeAnInactiveUserForAJoiner) {
  Provider provider;
  const auto id = provider.create("/Users", R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bob", "active": false})");
  EXPECT_THAT(provider.told(),
              ElementsAre(fmt::format("user.provisioned | create user | Users/{} |  | bob", id),
                          fmt::format("user.suspended | create user | Users/{} |  | bob | inactive", id)));
}

TEST(AnySource, KeepsOutWhoIsRenamedWhileInactive) {
  Provider provider;
  const auto id = provider.create("/Users", R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName":"ana@example.com","externalId":"E1"})");
  provider.told();
  EXPECT_EQ(provider
                .patch("/Users/" + id, R"({"op":"replace","path":"active","value":false},
    {"op":"replace","path":"userName","value":"left-1@example.com"})")
                .status,
            200);
  EXPECT_THAT(
      provider.told(),
      ElementsAre(
          fmt::format("user.deprovisioned | deactivate user | Users/{} |  | E1 ana@example.com", id),
          fmt::format("user.suspended | update user | Users/{} | userName | E1 left-1@example.com | inactive",
                      id)))
      << "by both names";
  EXPECT_EQ(provider.patch("/Users/" + id, R"({"op":"replace","path":"title","value":"None"})").status, 200);
  EXPECT_EQ(provider.patch("/Users/" + id, R"({"op":"replace","path":"active","value":true})").status, 200);
  EXPECT_THAT(
      provider.told(),
      ElementsAre(
          fmt::format("action.performed | update user | Users/{} | title | E1 left-1@example.com", id),
          fmt::format("user.provisioned | reactivate user | Users/{} |  | E1 left-1@example.com", id)));
}

TEST(AnySource, TiesAllOfAPersonsNamesTogether) {
  Provider provider;
  const auto id = provider.create("/Users", R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName":"ana@example.com","externalId":"E1"})");
  provider.told();
  const auto rename = [&](std::string_view name, std::string_view external_id) {
    const auto status =
        provider
            .patch("/Users/" + id,
                   fmt::format(R"({{"op":"replace","value":{{"userName":"{}","externalId":{}}}}})", name,
                               external_id))
            .status;
    EXPECT_EQ(status, 200);
    return provider.told();
  };
  const auto line = [&](std::string_view action, std::string_view context, std::string_view who) {
    return fmt::format("action.performed | {} | Users/{} | {} | {}", action, id, context, who);
  };
  const std::string both = "externalId, userName";
  EXPECT_THAT(rename("ana2@example.com", R"("E2")"),
              ElementsAre(line("update user", both, "E2 ana2@example.com"),
                          line("rename user", both, "E1 ana2@example.com")));
  EXPECT_THAT(rename("ana3@example.com", R"("E2")"),
              ElementsAre(line("update user", "userName", "E2 ana3@example.com")));
  EXPECT_THAT(rename("ana3@example.com", "null"),
              ElementsAre(line("update user", "externalId", "ana3@example.com")));
  EXPECT_THAT(rename("ana4@example.com", "null"),
              ElementsAre(line("update user", "userName", "ana4@example.com"),
                          line("rename user", "userName", id + " ana3@example.com"),
                          line("rename user", "userName", id + " ana4@example.com")));
}

TEST(AnySource, TakesNobodysOfficeForTheirOwn) {
  Provider provider;
  const auto id = provider.create("/Users", R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName":"bob","phoneNumbers":[{"type":"work","value":"+14255550100","primary":true},{"type":"Mobile","value":"+14255550199"}]})");
  EXPECT_THAT(provider.told(), ElementsAre(fmt::format(
                                   "user.provisioned | create user | Users/{} |  | bob +14255550199", id)));
}

TEST(AnySource, AlwaysNamesSomebody) {
  Provider provider;
  const auto id = provider.create_user(std::string(300, 'x'));
  EXPECT_THAT(provider.told(),
              ElementsAre(fmt::format("user.provisioned | create user | Users/{0} |  | {0}", id)));
}

}  // namespace
}  // namespace countersign::provisioning
