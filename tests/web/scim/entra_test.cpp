// Requests as Microsoft Entra ID sends them, from the repository MicrosoftDocs/entra-docs, folder
// docs/identity/app-provisioning, at commits 03cc7794 ("Tutorial: Develop and plan provisioning for a SCIM
// endpoint", use-scim-to-provision-users-and-groups.md) and 0596ed57 ("Known issues and resolutions with SCIM
// 2.0 protocol compliance", application-provisioning-config-problem-scim-compatibility.md).

#include "collector/http/query.h"
#include "tests/web/scim/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

constexpr std::string_view kUser = R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "Test_User_00aa00aa-bb11-cc22-dd33-44ee44ee44ee",
    "active": true,
    "emails": [{"primary": true, "type": "work",
                "value": "Test_User_11bb11bb-cc22-dd33-ee44-55ff55ff55ff@testuser.com"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
    "roles": []
})";

class Entra : public testing::Test {
 protected:
  Answer patch(std::string_view operations) {
    return client_.send(
        "PATCH", "/Users/" + id_,
        fmt::format(R"({{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{}]}})",
                    operations));
  }

  Client client_;
  std::string id_ = client_.create("/Users", kUser);
};

TEST_F(Entra, CreatesAUser) {
  const auto user = client_.get("/Users/" + id_);
  EXPECT_EQ(user.status, 200);
  EXPECT_EQ(at(user, "/schemas"), R"(["urn:ietf:params:scim:schemas:core:2.0:User"])");
  EXPECT_EQ(at(user, "/roles"), "");
  EXPECT_EQ(at(user, "/meta/resourceType"), R"("User")");
}

TEST_F(Entra, CreatesAUserWithNulls) {
  const auto created = client_.send("POST", "/Users", R"({
   "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"],
   "externalId":"jyoung", "userName":"jyoung@testuser.com", "active":true, "addresses":null, "displayName":"Joy Young",
   "emails": [{"type":"work", "value":"jyoung@Contoso.com", "primary":true}],
   "meta": {"resourceType":"User"}, "name":{"familyName":"Young", "givenName":"Joy"},
   "phoneNumbers":null, "preferredLanguage":null, "title":null, "department":null, "manager":null})");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.body.find("null"), std::string::npos);
}

TEST_F(Entra, AsksByUserNameAndByEmail) {
  const auto ask = [&](std::string_view filter) {
    return client_.get("/Users?filter=" + http::encode_component(filter));
  };
  EXPECT_EQ(at(ask(R"(userName eq "Test_User_00aa00aa-bb11-cc22-dd33-44ee44ee44ee")"), "/totalResults"), "1");
  EXPECT_EQ(
      at(ask(R"(emails[type eq "work"].value eq "Test_User_11bb11bb-cc22-dd33-ee44-55ff55ff55ff@testuser.com")"),
         "/totalResults"),
      "1");
  const auto nobody = ask(R"(userName eq "non-existent user")");
  EXPECT_EQ(nobody.status, 200);
  EXPECT_EQ(at(nobody, "/totalResults"), "0");
  EXPECT_EQ(at(nobody, "/Resources"), "[]");
  EXPECT_EQ(at(ask(fmt::format(R"(id eq "{}" and manager eq "00aa00aa-bb11-cc22-dd33-44ee44ee44ee")", id_)),
               "/totalResults"),
            "0");
  // Plus signs for spaces, and unencoded characters, as it writes them.
  EXPECT_EQ(at(client_.get(R"(/Users?filter=userName+eq+"Test_User_00aa00aa-bb11-cc22-dd33-44ee44ee44ee")"),
               "/totalResults"),
            "1");
}

TEST_F(Entra, UpdatesWithCapitalisedOperations) {
  const auto answer = patch(R"(
    {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updatedEmail@microsoft.com"},
    {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(at(answer, "/emails"),
            R"([{"value":"updatedEmail@microsoft.com","type":"work","primary":true}])");
  EXPECT_EQ(at(answer, "/name/familyName"), R"("updatedFamilyName")");
  EXPECT_EQ(at(answer, "/name/givenName"), R"("givenName")");
  EXPECT_EQ(told(answer), "changed User " + id_ + " name,emails");

  const auto renamed = patch(
      R"({"op": "Replace", "path": "userName", "value": "5b50642d-79fc-4410-9e90-4c077cdd1a59@testuser.com"})");
  EXPECT_EQ(told(renamed), "changed User " + id_ + " userName");
}

TEST_F(Entra, DisablesAUser) {
  EXPECT_EQ(told(patch(R"({"op": "Replace", "path": "active", "value": "False"})")),
            "deactivated User " + id_);
  EXPECT_EQ(told(patch(R"({"op": "Replace", "path": "active", "value": "True"})")),
            "reactivated User " + id_);
  // With the flag aadOptscim062020.
  EXPECT_EQ(told(patch(R"({"op": "replace", "path": "active", "value": false})")), "deactivated User " + id_);
}

TEST_F(Entra, AddsAnAttributeThatIsNotKept) {
  const auto answer = patch(R"({"op": "Add", "path": "nickName", "value": "Babs"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(told(answer), "");
  EXPECT_EQ(answer.body.find("Babs"), std::string::npos);
}

TEST_F(Entra, ReplacesSeveralAttributes) {
  const auto without_flag = patch(R"(
        {"op": "Replace", "path": "displayName", "value": "Pvlo"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "TestBcwqnm@test.microsoft.com"},
        {"op": "Replace", "path": "name.givenName", "value": "Gtfd"},
        {"op": "Replace", "path": "name.familyName", "value": "Pkqf"},
        {"op": "Replace", "path": "externalId", "value": "Eqpj"},
        {"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
         "value": "Eqpj"})");
  EXPECT_EQ(without_flag.status, 200);
  EXPECT_EQ(told(without_flag),
            "changed User " + id_ +
                " externalId,name,displayName,emails,"
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber");
  const auto with_flag = patch(R"(
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "TestMhvaes@test.microsoft.com"},
        {"op": "replace", "value": {"displayName": "Bjfe", "name.givenName": "Kkom", "name.familyName": "Unua",
             "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "Aklq"}})");
  EXPECT_EQ(with_flag.status, 200);
  EXPECT_EQ(at(with_flag, "/displayName"), R"("Bjfe")");
  EXPECT_EQ(at(with_flag, "/name"),
            R"({"formatted":"givenName familyName","familyName":"Unua","givenName":"Kkom"})");
  EXPECT_EQ(at(with_flag, "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
            R"({"employeeNumber":"Aklq"})");
}

TEST_F(Entra, AddsAManager) {
  const auto answer = patch(R"({"op":"Add", "path":"manager", "value":[
      {"$ref":"http://.../scim/Users/00aa00aa-bb11-cc22-dd33-44ee44ee44ee", "value":"00aa00aa-bb11-cc22-dd33-44ee44ee44ee"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(at(answer, "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager"),
            R"({"value":"00aa00aa-bb11-cc22-dd33-44ee44ee44ee"})");
}

TEST_F(Entra, DeletesAUser) {
  EXPECT_EQ(client_.send("DELETE", "/Users/" + id_).status, 204);
  EXPECT_EQ(client_.get("/Users/" + id_).status, 404);
}

TEST_F(Entra, KeepsAGroup) {
  const auto created = client_.send("POST", "/Groups", R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
    "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "displayName", "meta": {"resourceType": "Group"}})");
  EXPECT_EQ(created.status, 201);
  const std::string group = body_of(created).at("id").as_string().c_str();
  const auto patch_group = [&](std::string_view operation) {
    return client_.send(
        "PATCH", "/Groups/" + group,
        fmt::format(R"({{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{}]}})",
                    operation));
  };
  const auto added = patch_group(
      fmt::format(R"({{"op":"Add","path":"members","value":[{{"$ref":null,"value":"{}"}}]}})", id_));
  EXPECT_EQ(added.status, 204);
  EXPECT_EQ(told(added), fmt::format("member_added User {} {}", id_, group));

  const auto without = client_.get("/Groups/" + group + "?excludedAttributes=members");
  EXPECT_EQ(at(without, "/members"), "");
  EXPECT_EQ(at(without, "/displayName"), R"("displayName")");
  const auto found =
      client_.get("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22displayName%22");
  EXPECT_EQ(at(found, "/totalResults"), "1");
  EXPECT_EQ(at(found, "/Resources/0/members"), "");

  const auto gone = fmt::format("member_removed User {} {}", id_, group);
  const auto removed = patch_group(
      fmt::format(R"({{"op":"Remove","path":"members","value":[{{"$ref":null,"value":"{}"}}]}})", id_));
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(told(removed), gone);
  // What is sent twice does no harm.
  EXPECT_EQ(patch_group(fmt::format(R"({{"op":"Remove","path":"members","value":[{{"value":"{}"}}]}})", id_))
                .status,
            204);
  patch_group(fmt::format(R"({{"op":"Add","path":"members","value":[{{"value":"{}"}}]}})", id_));
  // With the flag aadOptscim062020.
  EXPECT_EQ(told(patch_group(fmt::format(R"({{"op":"remove","path":"members[value eq \"{}\"]"}})", id_))),
            gone);
  EXPECT_EQ(told(patch_group(R"({"op": "Replace", "path": "displayName",
                                 "value": "1879db59-3bdf-4490-ad68-ab880a269474updatedDisplayName"})")),
            "changed Group " + group + " displayName");
  EXPECT_EQ(client_.send("DELETE", "/Groups/" + group).status, 204);
}

}  // namespace
}  // namespace countersign::scim
