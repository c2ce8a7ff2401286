#include "web/scim/listing.h"

#include "collector/http/query.h"
#include "tests/web/scim/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

/// Ten users u0 to u9, of which the odd ones are inactive.
Client ten_users() {
  Client client;
  for (int i = 0; i < 10; ++i)
    client.create("/Users",
                  fmt::format(R"({{"schemas":["{}"],"userName":"u{}","active":{},"externalId":"e{}"}})",
                              kUserSchema, i, i % 2 == 0, i / 2));
  return client;
}

std::string filtered(std::string_view filter, std::string_view more = {}) {
  return fmt::format("/Users?filter={}{}", http::encode_component(filter), more);
}

/// `total:start:shown names`
std::string page(const Answer& answer) {
  if (answer.status != 200) return fmt::format("{} {}", answer.status, at(answer, "/scimType"));
  std::string out = fmt::format("{}:{}:{}", at(answer, "/totalResults"), at(answer, "/startIndex"),
                                at(answer, "/itemsPerPage"));
  const auto body = body_of(answer);
  EXPECT_EQ(at(answer, "/schemas"), R"(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])");
  for (const auto& one : body.at("Resources").as_array()) out += fmt::format(" {}", at(one, "/userName"));
  return out;
}

// RFC 7644 section 3.4.2.4.
TEST(Listing, Pages) {
  auto client = ten_users();
  const auto get = [&](std::string_view query) { return page(client.get(fmt::format("/Users?{}", query))); };
  EXPECT_EQ(get(""), R"(10:1:10 "u0" "u1" "u2" "u3" "u4" "u5" "u6" "u7" "u8" "u9")");
  EXPECT_EQ(get("startIndex=1&count=2"), R"(10:1:2 "u0" "u1")");
  EXPECT_EQ(get("startIndex=9&count=5"), R"(10:9:2 "u8" "u9")");
  EXPECT_EQ(get("startIndex=10"), R"(10:10:1 "u9")");
  EXPECT_EQ(get("startIndex=11"), "10:11:0");
  EXPECT_EQ(get("startIndex=9223372036854775807"), "10:9223372036854775807:0");
  EXPECT_EQ(get("count=0"), "10:1:0");
  EXPECT_EQ(get("count=-3"), "10:1:0");
  EXPECT_EQ(get("startIndex=0&count=1"), R"(10:1:1 "u0")");
  EXPECT_EQ(get("startIndex=-7&count=1"), R"(10:1:1 "u0")");
  EXPECT_EQ(get("sortBy=userName&sortOrder=descending&count=1"), R"(10:1:1 "u0")");
  for (const auto* bad : {"count=", "count=x", "count=1.5", "startIndex=1x", "count=99999999999999999999"})
    EXPECT_EQ(get(bad), "400 \"invalidValue\"") << bad;
  EXPECT_EQ(get("count=%zz"), "400 \"invalidSyntax\"");
}

TEST(Listing, ShowsAtMostItsLimit) {
  Client client;
  for (unsigned i = 0; i < kCountMax + 1; ++i) {
    const auto user = parse(fmt::format(R"({{"id":"{0}","userName":"u{0}","meta":{{}}}})", i));
    ASSERT_TRUE(client.store.create(Kind::user, user.get_object()));
  }
  EXPECT_EQ(page(client.get("/Users?count=1000")).substr(0, 10), "201:1:200 ");
  EXPECT_EQ(page(client.get("/Users")).substr(0, 10), "201:1:100 ");
  EXPECT_EQ(page(client.get(filtered("userName pr", "&count=1000"))).substr(0, 10), "201:1:200 ");
}

TEST(Listing, PagesWhatAFilterFinds) {
  auto client = ten_users();
  EXPECT_EQ(page(client.get(filtered("active eq false"))), R"(5:1:5 "u1" "u3" "u5" "u7" "u9")");
  EXPECT_EQ(page(client.get(filtered("active eq false", "&startIndex=2&count=2"))), R"(5:2:2 "u3" "u5")");
  EXPECT_EQ(page(client.get(filtered("active eq false", "&count=0"))), "5:1:0");
  EXPECT_EQ(page(client.get(filtered("active eq false", "&startIndex=6"))), "5:6:0");
  EXPECT_EQ(page(client.get(filtered("title pr"))), "0:1:0");
  EXPECT_EQ(page(client.get(filtered("title"))), "400 \"invalidFilter\"");
  EXPECT_EQ(page(client.get("/Users?filter=")), "400 \"invalidFilter\"");
  EXPECT_EQ(page(client.get(filtered("title pr", "&filter=title%20pr"))), "400 \"invalidFilter\"");
  EXPECT_EQ(page(client.get("/Users?filter=userName+eq+%22u3%22")), R"(1:1:1 "u3")");
}

TEST(Listing, AsksAnIndexWhereOneHelps) {
  auto client = ten_users();
  EXPECT_EQ(page(client.get(filtered(R"(userName eq "U3")"))), R"(1:1:1 "u3")");
  EXPECT_EQ(page(client.get(filtered(R"(externalId eq "e1")"))), R"(2:1:2 "u2" "u3")");
  EXPECT_EQ(page(client.get(filtered(R"(externalId eq "e1" and active eq false)"))), R"(1:1:1 "u3")");
  EXPECT_EQ(page(client.get(filtered(R"(externalId eq "e1")", "&startIndex=2"))), R"(2:2:1 "u3")");
  EXPECT_EQ(client.store.lookups, 4u);
  EXPECT_EQ(client.store.scans, 0u);
}

TEST(Listing, GivesUpOnAFilterOverTooMany) {
  auto client = ten_users();
  client.scan_max = 10;
  EXPECT_EQ(page(client.get(filtered(R"(userName sw "u9")"))), R"(1:1:1 "u9")");
  client.scan_max = 9;
  EXPECT_EQ(page(client.get(filtered(R"(userName sw "u9")"))), "400 \"tooMany\"");
  EXPECT_EQ(page(client.get(filtered(R"(userName eq "u9")"))), R"(1:1:1 "u9")");
}

TEST(Listing, FiltersByGroups) {
  auto client = ten_users();
  const auto user = client.store.all(Kind::user)[4].at("id").as_string();
  client.create("/Groups", fmt::format(R"({{"schemas":["{}"],"displayName":"Admins","members":["{}"]}})",
                                       kGroupSchema, std::string_view(user.data(), user.size())));
  EXPECT_EQ(page(client.get(filtered(R"(groups.display eq "admins")"))), R"(1:1:1 "u4")");
  EXPECT_EQ(at(client.get(fmt::format("/Groups?filter={}",
                                      http::encode_component(fmt::format(
                                          "members eq \"{}\"", std::string_view(user.data(), user.size()))))),
               "/totalResults"),
            "1");
}

TEST(Listing, ShowsTheMembersOfAFewLargeGroups) {
  Client client;
  std::string members;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    members += fmt::format(R"({}{{"value":"u{}"}})", i == 0 ? "" : ",", i);
  for (int i = 0; i < 3; ++i) {
    const auto group =
        parse(fmt::format(R"({{"id":"g{}","displayName":"g","members":[{}],"meta":{{}}}})", i, members));
    ASSERT_TRUE(client.store.create(Kind::group, group.get_object()));
  }
  EXPECT_EQ(page(client.get("/Groups")), "400 \"tooMany\"");
  EXPECT_EQ(at(client.get("/Groups?count=2"), "/itemsPerPage"), "2");
  EXPECT_EQ(at(client.get("/Groups?excludedAttributes=members"), "/itemsPerPage"), "3");
}

// RFC 7644 section 3.4.3.
TEST(Listing, SearchesByPost) {
  auto client = ten_users();
  const auto search = [&](std::string_view members) {
    return client.send(
        "POST", "/Users/.search",
        fmt::format(R"({{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]{}}})", members));
  };
  EXPECT_EQ(page(search(R"(,"filter":"active eq true","startIndex":2,"count":2)")), R"(5:2:2 "u2" "u4")");
  EXPECT_EQ(at(search(R"(,"attributes":["userName","active"],"count":1)"), "/Resources/0/active"), "true");
  EXPECT_EQ(at(search(R"(,"attributes":["userName","active"],"count":1)"), "/Resources/0/externalId"), "");
  EXPECT_EQ(page(search(R"(,"count":"2")")), "400 \"invalidValue\"");
  EXPECT_EQ(page(search(R"(,"attributes":"userName")")), "400 \"invalidValue\"");
  EXPECT_EQ(page(search(R"(,"filter":5)")), "400 \"invalidFilter\"");
  EXPECT_EQ(page(client.send("POST", "/Users/.search", "{}")), "400 \"invalidSyntax\"");
}

TEST(Selection, ShowsWhatWasAskedFor) {
  Client client;
  const auto id = client.create("/Users", R"({
    "schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "userName":"ana","title":"Guide","name":{"givenName":"Ana","familyName":"Ames"},
    "emails":[{"value":"a@example.com","type":"work"},{"value":"b@example.com"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Risk","division":"D"}})");
  // What is shown beside `schemas` and `id`, which always are.
  const auto get = [&](std::string_view query) {
    auto body = body_of(client.get(fmt::format("/Users/{}?{}", id, query)));
    EXPECT_TRUE(body.get_object().erase("schemas") == 1 && body.get_object().erase("id") == 1) << query;
    return body;
  };
  EXPECT_EQ(get("attributes=userName"), parse(R"({"userName":"ana"})"));
  EXPECT_EQ(get("attributes=USERNAME,%20title,nothing,!"), parse(R"({"userName":"ana","title":"Guide"})"));
  EXPECT_EQ(get("attributes=nothing"), parse("{}"));
  EXPECT_EQ(get("attributes=name.givenName,emails.type"),
            parse(R"({"name":{"givenName":"Ana"},"emails":[{"type":"work"}]})"));
  EXPECT_EQ(get("attributes=emails.display"), parse("{}"));
  EXPECT_EQ(get("attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"),
            parse(R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"D"}})"));
  EXPECT_EQ(
      get("attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
      parse(
          R"({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Risk","division":"D"}})"));
  EXPECT_EQ(get("excludedAttributes=id,schemas,meta,emails,name.familyName,groups,active,"
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"),
            parse(R"({"userName":"ana","name":{"givenName":"Ana"},"title":"Guide",)"
                  R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Risk"}})"));
  EXPECT_EQ(get("excludedAttributes=meta,emails,name,groups,active,urn:ietf:params:scim:schemas:extension:"
                "enterprise:2.0:User"),
            parse(R"({"userName":"ana","title":"Guide"})"));
  EXPECT_EQ(client.get("/Users/" + id + "?attributes=a&excludedAttributes=b").status, 400);
  EXPECT_EQ(client.get("/Users/" + id + "?attributes=" + std::string(kSelectedMax, ',')).status, 400);
}

}  // namespace
}  // namespace countersign::scim
