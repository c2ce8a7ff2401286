// Requests as Okta sends them, from "Okta and SCIM Version 2.0", section by section, read in November 2026:
// https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20

#include "tests/web/scim/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

constexpr std::string_view kUser = R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "test.user@okta.local",
    "name": {"givenName": "Test", "familyName": "User"},
    "emails": [{"primary": true, "value": "test.user@okta.local", "type": "work"}],
    "displayName": "Test User",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "1mz050nq",
    "active": true
})";

TEST(Okta, FindsNobodyAndCreatesTheUser) {
  Client client;
  const auto asked =
      client.get("/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100");
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.body,
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,)"
            R"("startIndex":1,"itemsPerPage":0,"Resources":[]})");
  const auto created = client.send("POST", "/Users", kUser);
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(at(created, "/emails"), R"([{"value":"test.user@okta.local","type":"work","primary":true}])");
  EXPECT_EQ(at(created, "/displayName"), R"("Test User")");
  EXPECT_EQ(at(created, "/locale"), R"("en-US")");
  EXPECT_EQ(at(created, "/externalId"), R"("00ujl29u0le5T6Aj10h7")");
  EXPECT_EQ(at(created, "/active"), "true");
  EXPECT_EQ(at(created, "/password"), "");
  EXPECT_EQ(client.send("POST", "/Users", kUser).status, 409);
  EXPECT_EQ(
      at(client.get("/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100"),
         "/Resources/0/id"),
      at(created, "/id"));
}

TEST(Okta, ImportsPageByPage) {
  Client client;
  for (int i = 0; i < 120; ++i) client.create_user(fmt::format("u{}", i));
  const auto first = client.get("/Users?startIndex=1&count=100");
  EXPECT_EQ(at(first, "/totalResults"), "120");
  EXPECT_EQ(at(first, "/itemsPerPage"), "100");
  const auto second = client.get("/Users?startIndex=101&count=100");
  EXPECT_EQ(at(second, "/startIndex"), "101");
  EXPECT_EQ(at(second, "/itemsPerPage"), "20");
  EXPECT_EQ(at(second, "/Resources/0/userName"), R"("u100")");
}

TEST(Okta, ReplacesTheUserItHasRead) {
  Client client;
  const auto id = client.create("/Users", kUser);
  const auto replaced = client.send("PUT", "/Users/" + id,
                                    fmt::format(R"({{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "{}",
    "userName": "test.user@okta.local",
    "name": {{"givenName": "Another", "middleName": "Excited", "familyName": "User"}},
    "emails": [{{"primary": true, "value": "test.user@okta.local", "type": "work",
                "display": "test.user@okta.local"}}],
    "active": true,
    "groups": [],
    "meta": {{"resourceType": "User"}}
  }})",
                                                id));
  EXPECT_EQ(replaced.status, 200);
  EXPECT_EQ(at(replaced, "/name"), R"({"familyName":"User","givenName":"Another","middleName":"Excited"})");
  EXPECT_EQ(told(replaced), "changed User " + id + " externalId,name,displayName,locale,emails");
}

TEST(Okta, DeactivatesByPatchAndByPut) {
  Client client;
  const auto id = client.create("/Users", kUser);
  const auto patched = client.send("PATCH", "/Users/" + id, R"({
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "value": {"active": false}}]})");
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(at(patched, "/active"), "false");
  EXPECT_EQ(told(patched), "deactivated User " + id);
  EXPECT_EQ(told(client.send("PUT", "/Users/" + id, kUser)), "reactivated User " + id);
  std::string body(kUser);
  body.replace(body.find("\"active\": true"), 14, "\"active\": false");
  EXPECT_EQ(told(client.send("PUT", "/Users/" + id, body)), "deactivated User " + id);
}

TEST(Okta, PushesAGroup) {
  Client client;
  const auto ana = client.create_user("ana@example.com"), bob = client.create_user("bob@example.com");
  const auto created = client.send("POST", "/Groups", R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Test SCIMv2", "members": []})");
  EXPECT_EQ(created.status, 201);
  const auto found =
      client.get("/Groups?filter=displayName%20eq%20%22Test%20SCIMv2%22&startIndex=1&count=100");
  EXPECT_EQ(at(found, "/totalResults"), "1");
  const std::string group = body_of(found).at_pointer("/Resources/0/id").as_string().c_str();
  EXPECT_EQ(client.store.scans, 0u);

  // The name is sent with every change of the members.
  const auto renamed = client.send("PATCH", "/Groups/" + group,
                                   fmt::format(R"({{
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{{"op": "replace", "value": {{"id": "{}", "displayName": "Test SCIMv20"}}}}]}})",
                                               group));
  EXPECT_EQ(told(renamed), "changed Group " + group + " displayName");

  const auto add = [&](std::string_view id) {
    return fmt::format(
        R"({{"op":"add","path":"members","value":[{{"value":"{}","display":"test.user@okta.local"}}]}})", id);
  };
  const auto patch = [&](std::string_view operations) {
    return told(client.send(
        "PATCH", "/Groups/" + group,
        fmt::format(R"({{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{}]}})",
                    operations)));
  };
  EXPECT_EQ(patch(add(ana)), fmt::format("member_added User {} {}", ana, group));
  EXPECT_EQ(patch(fmt::format(R"({{"op":"remove","path":"members[value eq \"{}\"]"}},{})", ana, add(bob))),
            fmt::format("member_removed User {0} {2};member_added User {1} {2}", ana, bob, group));
  EXPECT_EQ(
      patch(fmt::format(R"({{"op":"replace","path":"members","value":[{{"value":"{}"}},{{"value":"{}"}}]}})",
                        ana, bob)),
      fmt::format("member_added User {} {}", ana, group));
  const auto put = client.send("PUT", "/Groups/" + group,
                               fmt::format(R"({{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Test SCIMv2",
    "members": [{{"value": "{}", "display": "test.user@okta.local"}}]}})",
                                           bob));
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(told(put), fmt::format("changed Group {1} displayName;member_removed User {0} {1}", ana, group));
  EXPECT_EQ(put.body.find("test.user"), std::string::npos);
  EXPECT_EQ(client.send("DELETE", "/Groups/" + group).status, 204);
}

}  // namespace
}  // namespace countersign::scim
