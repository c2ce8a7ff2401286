#include "web/scim/service.h"

#include "tests/web/scim/client.h"
#include "web/scim/listing.h"
#include "web/scim/message.h"
#include "web/scim/resource.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

std::string user_body(std::string_view members) {
  return fmt::format(R"({{"schemas":["{}"],{}}})", kUserSchema, members);
}

std::string group_body(std::string_view members) {
  return fmt::format(R"({{"schemas":["{}"],{}}})", kGroupSchema, members);
}

std::string patch_body(std::string_view operations) {
  return fmt::format(R"({{"schemas":["{}"],"Operations":[{}]}})", kPatchMessage, operations);
}

/// `400 invalidValue`, after a look at the form of the error message.
std::string error_of(const Answer& answer) {
  EXPECT_EQ(at(answer, "/schemas"), R"(["urn:ietf:params:scim:api:messages:2.0:Error"])");
  EXPECT_EQ(at(answer, "/status"), fmt::format("\"{}\"", answer.status));
  EXPECT_FALSE(at(answer, "/detail").empty());
  EXPECT_TRUE(answer.changes.empty());
  auto type = at(answer, "/scimType");
  if (!type.empty()) type = " " + type.substr(1, type.size() - 2);
  return std::to_string(answer.status) + type;
}

// RFC 7644 section 3.3, the example of a creation, and 3.4.1, of a retrieval.
TEST(Service, CreatesAUserAndShowsIt) {
  Client client;
  const auto created = client.send("POST", "/Users", R"({
     "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
     "userName":"bjensen", "externalId":"bjensen",
     "name":{"formatted":"Ms. Barbara J Jensen III","familyName":"Jensen","givenName":"Barbara"}})");
  EXPECT_EQ(created.status, 201);
  const std::string id = "00000000-0000-4000-8000-000000000001";
  const auto location = "https://countersign.example.com/scim/v2/Users/" + id;
  EXPECT_EQ(header(created, "Location"), location);
  EXPECT_EQ(header(created, "ETag").substr(0, 3), "W/\"");
  EXPECT_EQ(told(created), "created User " + id);
  EXPECT_EQ(at(created, "/id"), "\"" + id + "\"");
  EXPECT_EQ(at(created, "/userName"), R"("bjensen")");
  EXPECT_EQ(at(created, "/externalId"), R"("bjensen")");
  EXPECT_EQ(at(created, "/name/familyName"), R"("Jensen")");
  EXPECT_EQ(at(created, "/active"), "true");
  EXPECT_EQ(at(created, "/groups"), "[]");
  EXPECT_EQ(at(created, "/meta/resourceType"), R"("User")");
  EXPECT_EQ(at(created, "/meta/created"), R"("2026-09-21T14:13:21.000000Z")");
  EXPECT_EQ(at(created, "/meta/lastModified"), at(created, "/meta/created"));
  EXPECT_EQ(at(created, "/meta/location"), "\"" + location + "\"");
  EXPECT_EQ(body_of(created).at("meta").at("version").as_string(), header(created, "ETag"));

  const auto shown = client.get("/Users/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, created.body);
  EXPECT_EQ(shown.headers, created.headers);
  EXPECT_TRUE(shown.changes.empty());
  EXPECT_EQ(client.get("/Users/" + id + "/").status, 200);
}

TEST(Service, LeavesOutWhatClientsMayNotSet) {
  Client client;
  const auto created = client.send(
      "POST", "/Users",
      user_body(
          R"("userName":"ana@example.com","id":"mine","password":"t0p-secret","groups":[{"value":"g"}],
         "meta":{"created":"2000-01-01T00:00:00Z"},"addresses":[{"country":"GB"}],"fur":"brown",
         "urn:example:other:1.0:User":{"a":1})"));
  ASSERT_EQ(created.status, 201);
  for (const auto* absent : {"mine", "secret", "2000", "GB", "brown", "urn:example"})
    EXPECT_EQ(created.body.find(absent), std::string::npos) << absent;
  const auto kept = json::serialize(client.store.all(Kind::user).front());
  for (const auto* absent : {"mine", "secret", "2000", "GB", "brown", "groups", "location", "version"})
    EXPECT_EQ(kept.find(absent), std::string::npos) << absent;
}

TEST(Service, RefusesBodiesThatAreNoResource) {
  Client client;
  const auto post = [&](std::string_view body) { return error_of(client.send("POST", "/Users", body)); };
  EXPECT_EQ(post(""), "400 invalidSyntax");
  EXPECT_EQ(post("{"), "400 invalidSyntax");
  EXPECT_EQ(post("[]"), "400 invalidSyntax");
  EXPECT_EQ(post(R"({"userName":"x"})"), "400 invalidSyntax");
  EXPECT_EQ(post(R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"userName":"x"})"),
            "400 invalidSyntax");
  EXPECT_EQ(post(user_body(R"("userName":"x","userName":"y")")), "400 invalidSyntax");
  EXPECT_EQ(post(user_body(R"("title":[[[[[[[[[[[[[["x"]]]]]]]]]]]]]])")), "400 invalidSyntax");
  EXPECT_EQ(post(user_body(R"("userName":"x","UserName":"y")")), "400 invalidValue");
  EXPECT_EQ(post(user_body(R"("title":"x")")), "400 invalidValue");
  EXPECT_EQ(post(user_body(R"("userName":"")")), "400 invalidValue");
  EXPECT_EQ(post(user_body(R"("userName":"x","active":"maybe")")), "400 invalidValue");
  EXPECT_EQ(post(user_body(
                R"("userName":"x","emails":[{"value":"a","primary":true},{"value":"b","primary":true}])")),
            "400 invalidValue");
  EXPECT_EQ(post(user_body(fmt::format(R"("userName":"{}")", std::string(kTextBytesMax + 1, 'x')))),
            "400 invalidValue");
  EXPECT_EQ(post(std::string(kBodyBytesMax + 1, ' ')), "413");
  EXPECT_TRUE(client.store.all(Kind::user).empty());
}

TEST(Service, RefusesAUserNameThatIsTaken) {
  Client client;
  const auto ana = client.create_user("ana@example.com"), bob = client.create_user("bob@example.com");
  const auto created = client.send("POST", "/Users", user_body(R"("userName":"ANA@Example.com")"));
  EXPECT_EQ(error_of(created), "409 uniqueness");
  EXPECT_EQ(created.body.find("xample.com"), std::string::npos);
  EXPECT_EQ(error_of(client.send("PUT", "/Users/" + bob, user_body(R"("userName":"Ana@example.com")"))),
            "409 uniqueness");
  EXPECT_EQ(
      error_of(client.send("PATCH", "/Users/" + bob,
                           patch_body(R"({"op":"replace","path":"userName","value":"Ana@example.com"})"))),
      "409 uniqueness");
  EXPECT_EQ(client.send("PUT", "/Users/" + ana, user_body(R"("userName":"Ana@example.com")")).status, 200);
}

TEST(Service, ReplacesAWholeUser) {
  Client client;
  const auto id = client.create(
      "/Users",
      user_body(R"("userName":"ana@example.com","title":"Guide","roles":["auditor"],"externalId":"e")"));
  const auto before = client.get("/Users/" + id);
  const auto replaced = client.send("PUT", "/Users/" + id,
                                    user_body(R"("id":"other","userName":"ana@example.com","title":"Chief",
                                                 "roles":[{"value":"admin"}],"meta":{"created":"x"})"));
  EXPECT_EQ(replaced.status, 200);
  EXPECT_EQ(told(replaced), "changed User " + id + " externalId,title,roles");
  EXPECT_EQ(at(replaced, "/id"), "\"" + id + "\"");
  EXPECT_EQ(at(replaced, "/externalId"), "");
  EXPECT_EQ(at(replaced, "/meta/created"), at(before, "/meta/created"));
  EXPECT_GT(at(replaced, "/meta/lastModified"), at(before, "/meta/lastModified"));
  EXPECT_NE(header(replaced, "ETag"), header(before, "ETag"));
  EXPECT_EQ(client.get("/Users/" + id).body, replaced.body);
  ASSERT_EQ(replaced.changes.size(), 1u);
  EXPECT_EQ(at(replaced.changes[0].document, "/roles/0/value"), R"("admin")");
}

TEST(Service, SaysNothingOfAWriteThatChangesNothing) {
  Client client;
  const auto id = client.create("/Users", user_body(R"("userName":"ana@example.com","title":"Guide")"));
  const auto before = client.get("/Users/" + id);
  const auto put =
      client.send("PUT", "/Users/" + id, user_body(R"("title":"Guide","userName":"ana@example.com")"));
  EXPECT_EQ(put.body, before.body);
  EXPECT_EQ(told(put), "");
  const auto patched =
      client.send("PATCH", "/Users/" + id, patch_body(R"({"op":"add","path":"title","value":"Guide"})"));
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.headers, before.headers);
  EXPECT_EQ(told(patched), "");
}

TEST(Service, TellsDeactivationFromOtherChanges) {
  Client client;
  const auto id = client.create_user("ana@example.com");
  const auto patch = [&](std::string_view operations) {
    return told(client.send("PATCH", "/Users/" + id, patch_body(operations)));
  };
  EXPECT_EQ(patch(R"({"op":"replace","path":"active","value":false})"), "deactivated User " + id);
  EXPECT_EQ(patch(R"({"op":"replace","path":"active","value":"False"})"), "");
  EXPECT_EQ(patch(R"({"op":"replace","value":{"active":true,"title":"x","department":"d"}})"),
            "reactivated User " + id + ";changed User " + id +
                " title,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department");
}

TEST(Service, NeverReactivatesByOmission) {
  Client client;
  const auto id = client.create("/Users", user_body(R"("userName":"ana@example.com","active":false)"));
  EXPECT_EQ(at(client.send("PUT", "/Users/" + id, user_body(R"("userName":"ana@example.com","title":"x")")),
               "/active"),
            "false");
  for (const auto* operation :
       {R"({"op":"remove","path":"active"})", R"({"op":"replace","path":"active","value":null})"})
    EXPECT_EQ(at(client.send("PATCH", "/Users/" + id, patch_body(operation)), "/active"), "false")
        << operation;
}

TEST(Service, DeletesAUserAndItsMemberships) {
  Client client;
  const auto ana = client.create_user("ana@example.com"), bob = client.create_user("bob@example.com");
  const auto group = client.create(
      "/Groups",
      group_body(fmt::format(R"("displayName":"Admins","members":["{}",{{"value":"{}"}}])", ana, bob)));
  EXPECT_EQ(at(client.get("/Users/" + ana), "/groups"),
            fmt::format(R"([{{"value":"{0}","$ref":"https://countersign.example.com/scim/v2/Groups/{0}",)"
                        R"("display":"Admins","type":"direct"}}])",
                        group));
  const auto deleted = client.send("DELETE", "/Users/" + ana);
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.body, "");
  EXPECT_EQ(told(deleted), fmt::format("deleted User {0};member_removed User {0} {1}", ana, group));
  EXPECT_EQ(at(deleted.changes[0].document, "/userName"), R"("ana@example.com")");
  EXPECT_EQ(error_of(client.get("/Users/" + ana)), "404");
  EXPECT_EQ(error_of(client.send("DELETE", "/Users/" + ana)), "404");
  const auto left = client.get("/Groups/" + group);
  EXPECT_EQ(
      at(left, "/members"),
      fmt::format(
          R"([{{"value":"{0}","$ref":"https://countersign.example.com/scim/v2/Users/{0}","type":"User"}}])",
          bob));
}

TEST(Service, TellsWhoJoinedAndLeftAGroup) {
  Client client;
  const auto ana = client.create_user("ana@example.com"), bob = client.create_user("bob@example.com");
  const auto created = client.send(
      "POST", "/Groups", group_body(fmt::format(R"("displayName":"Admins","members":["{}"])", ana)));
  EXPECT_EQ(created.status, 201);
  const auto group = std::string(body_of(created).at("id").as_string().c_str());
  EXPECT_EQ(told(created), fmt::format("created Group {1};member_added User {0} {1}", ana, group));
  const auto put = client.send("PUT", "/Groups/" + group,
                               group_body(fmt::format(R"("displayName":"Ops","members":["{}"])", bob)));
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(told(put),
            fmt::format("changed Group {2} displayName;member_removed User {0} {2};member_added User {1} {2}",
                        ana, bob, group));
  EXPECT_EQ(told(client.send("DELETE", "/Groups/" + group)),
            fmt::format("deleted Group {1};member_removed User {0} {1}", bob, group));
}

TEST(Service, TakesOnlyUsersAsNewMembers) {
  Client client;
  const auto ana = client.create_user("ana@example.com");
  EXPECT_EQ(error_of(client.send("POST", "/Groups", group_body(R"("displayName":"x","members":["nobody"])"))),
            "400 invalidValue");
  const auto group = client.create("/Groups", group_body(R"("displayName":"x")"));
  const auto patch = [&](std::string_view id) {
    return client.send(
        "PATCH", "/Groups/" + group,
        patch_body(fmt::format(R"({{"op":"add","path":"members","value":[{{"value":"{}"}}]}})", id)));
  };
  EXPECT_EQ(error_of(patch("nobody")), "400 invalidValue");
  EXPECT_EQ(error_of(patch(group)), "400 invalidValue");
  EXPECT_EQ(patch(ana).status, 204);
}

TEST(Service, AnswersAPatchOfAGroupWithoutItsMembers) {
  Client client;
  const auto group = client.create("/Groups", group_body(R"("displayName":"x")"));
  const auto body = patch_body(R"({"op":"replace","path":"displayName","value":"y"})");
  const auto silent = client.send("PATCH", "/Groups/" + group, body);
  EXPECT_EQ(silent.status, 204);
  EXPECT_EQ(silent.body, "");
  EXPECT_EQ(header(silent, "ETag"), header(client.get("/Groups/" + group), "ETag"));
  // RFC 7644 section 3.5.2: whoever asks for attributes gets them.
  const auto asked = client.send("PATCH", "/Groups/" + group + "?attributes=displayName", body);
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(at(asked, "/displayName"), R"("y")");
}

TEST(Service, HonoursVersions) {
  Client client;
  const auto id = client.create_user("ana@example.com");
  const auto path = "/Users/" + id;
  const auto tag = header(client.get(path), "ETag");
  const auto body = user_body(R"("userName":"ana@example.com","title":"x")");
  const auto send = [&](std::string_view method, std::string_view match, std::string_view none_match) {
    return client.send({.method = method,
                        .path = path,
                        .query = {},
                        .if_match = match,
                        .if_none_match = none_match,
                        .body = body});
  };
  const auto unchanged = send("GET", "", tag);
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(header(unchanged, "ETag"), tag);
  EXPECT_EQ(send("GET", "", "*").status, 304);
  EXPECT_EQ(send("GET", "", "\"a\", " + tag).status, 304);
  EXPECT_EQ(send("GET", "", tag.substr(2)).status, 304);
  EXPECT_EQ(send("GET", "", "W/\"other\"").status, 200);
  EXPECT_EQ(send("GET", tag, "").status, 200);
  for (const auto* wrong : {"W/\"other\"", "x", "\"", "W/", "W/\"a\" W/\"b", ","}) {
    EXPECT_EQ(error_of(send("PUT", wrong, "")), "412") << wrong;
    EXPECT_EQ(error_of(send("DELETE", wrong, "")), "412") << wrong;
    EXPECT_EQ(error_of(send("PATCH", wrong, "")), "412") << wrong;
  }
  EXPECT_EQ(error_of(send("PUT", "", "*")), "412");
  const auto replaced = send("PUT", tag, "");
  EXPECT_EQ(replaced.status, 200);
  EXPECT_EQ(error_of(send("PUT", tag, "")), "412");
  EXPECT_EQ(send("DELETE", "W/\"other\", " + header(replaced, "ETag"), "").status, 204);
}

TEST(Service, GivesAUserAnotherVersionWithItsGroups) {
  Client client;
  const auto ana = client.create_user("ana@example.com");
  const auto before = header(client.get("/Users/" + ana), "ETag");
  client.create("/Groups", group_body(fmt::format(R"("displayName":"x","members":["{}"])", ana)));
  const auto after = header(client.get("/Users/" + ana), "ETag");
  EXPECT_NE(before, after);
  const auto body = user_body(R"("userName":"ana@example.com","title":"x")");
  EXPECT_EQ(
      client.send({.method = "PUT", .path = "/Users/" + ana, .query = {}, .if_match = after, .body = body})
          .status,
      200);
}

TEST(Service, NoticesAChangeThatComesInBetween) {
  Client client;
  const auto id = client.create_user("ana@example.com");
  const auto path = "/Users/" + id;
  const auto body = patch_body(R"({"op":"replace","path":"title","value":"mine"})");
  client.store.before_write = [&] {
    client.send("PATCH", path, patch_body(R"({"op":"replace","path":"title","value":"theirs"})"));
  };
  EXPECT_EQ(error_of(client.send("PATCH", path, body)), "409");
  EXPECT_EQ(at(client.get(path), "/title"), R"("theirs")");
  client.store.before_write = [&] {
    client.send("PATCH", path, patch_body(R"({"op":"replace","path":"title","value":"again"})"));
  };
  EXPECT_EQ(
      error_of(client.send({.method = "PATCH", .path = path, .query = {}, .if_match = "*", .body = body})),
      "412");
}

TEST(Service, AnswersWithTheStoresFailure) {
  Client client;
  client.store.failure = base::Error{base::Code::unavailable, "the disk of ana@example.com"};
  const auto answer = client.get("/Users/x");
  EXPECT_EQ(error_of(answer), "503");
  EXPECT_EQ(answer.body.find("ana"), std::string::npos);
  EXPECT_EQ(error_of(client.get("/Users")), "503");
}

TEST(Service, KnowsItsEndpointsAndMethods) {
  Client client;
  const auto id = client.create_user("ana@example.com");
  const auto allowed = [&](std::string_view method, std::string_view path) {
    const auto answer = client.send(method, path);
    return error_of(answer) + " " + header(answer, "Allow");
  };
  EXPECT_EQ(allowed("PUT", "/Users"), "405 GET, POST");
  EXPECT_EQ(allowed("DELETE", "/Groups"), "405 GET, POST");
  EXPECT_EQ(allowed("POST", "/Users/" + id), "405 GET, PUT, PATCH, DELETE");
  EXPECT_EQ(allowed("get", "/Users/" + id), "405 GET, PUT, PATCH, DELETE");
  EXPECT_EQ(allowed("GET", "/Users/.search"), "405 POST");
  EXPECT_EQ(allowed("POST", "/Schemas"), "405 GET");
  for (const auto* path :
       {"", "/", "/users", "/Users/a/b", "/Users//", "/Users/%zz", "/Users/%00", "/Nothing", "/Users/nobody",
        "/Schemas/urn:nothing", "/ServiceProviderConfig/x", "/ResourceTypes/x"})
    EXPECT_EQ(error_of(client.get(path)), "404") << path;
  for (const auto* path : {"/Bulk", "/Me", "/.search"})
    EXPECT_EQ(error_of(client.send("POST", path)), "501") << path;
}

TEST(Discovery, SaysWhatIsSupported) {
  Client client;
  const auto config = client.get("/ServiceProviderConfig");
  EXPECT_EQ(config.status, 200);
  const auto is_supported = [&](std::string_view what) {
    return at(config, fmt::format("/{}/supported", what));
  };
  for (const auto* yes : {"patch", "filter", "etag"}) EXPECT_EQ(is_supported(yes), "true") << yes;
  for (const auto* no : {"bulk", "sort", "changePassword"}) EXPECT_EQ(is_supported(no), "false") << no;
  EXPECT_EQ(at(config, "/filter/maxResults"), std::to_string(kCountMax));
  EXPECT_EQ(at(config, "/bulk/maxOperations"), "0");
  EXPECT_EQ(at(config, "/authenticationSchemes/0/type"), R"("oauthbearertoken")");
  EXPECT_EQ(error_of(client.get("/Schemas?filter=id%20pr")), "403");
}

TEST(Discovery, DescribesResourceTypesAndSchemas) {
  Client client;
  const auto types = client.get("/ResourceTypes");
  EXPECT_EQ(at(types, "/totalResults"), "2");
  EXPECT_EQ(at(types, "/Resources/0/schemaExtensions"),
            R"([{"schema":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","required":false}])");
  EXPECT_EQ(at(client.get("/ResourceTypes/Group"), "/endpoint"), R"("/Groups")");

  const auto schemas = client.get("/Schemas");
  EXPECT_EQ(at(schemas, "/totalResults"), "3");
  EXPECT_EQ(at(schemas, "/itemsPerPage"), "3");
  for (const auto urn : {kUserSchema, kGroupSchema, kEnterpriseSchema}) {
    const auto one = client.get(fmt::format("/Schemas/{}", urn));
    EXPECT_EQ(at(one, "/id"), fmt::format("\"{}\"", urn));
    EXPECT_EQ(at(one, "/schemas"), R"(["urn:ietf:params:scim:schemas:core:2.0:Schema"])");
  }
  const auto user = client.get("/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser");
  EXPECT_EQ(at(user, "/attributes/0"),
            R"({"name":"userName","type":"string","multiValued":false,)"
            R"("description":"The name that the user is known by; no two users share one.","required":true,)"
            R"("caseExact":false,"mutability":"readWrite","returned":"default","uniqueness":"server"})");
  EXPECT_EQ(user.body.find("password"), std::string::npos);
}

}  // namespace
}  // namespace countersign::scim
