#include "web/scim/patch.h"

#include "tests/web/scim/client.h"
#include "web/scim/resource.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

json::object arranged_from(Kind kind, std::string_view text) {
  return arranged(kind, parse(text).get_object());
}

json::object user() {
  return arranged_from(Kind::user, R"({
    "id": "A1", "userName": "ana@example.com", "title": "Guide", "active": true,
    "name": {"givenName": "Ana", "familyName": "Ames", "middleName": "M"},
    "emails": [{"value": "ana@example.com", "type": "work", "primary": true},
               {"value": "ana@example.org", "type": "home"}],
    "roles": [{"value": "auditor"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Risk"},
    "meta": {"resourceType": "User", "created": "2026-01-02T03:04:05.000000Z",
             "lastModified": "2026-01-02T03:04:05.000000Z"}})");
}

json::object group() {
  return arranged_from(Kind::group, R"({"id": "G1", "displayName": "Admins",
    "members": [{"value": "u1"}, {"value": "u2"}, {"value": "u3"}],
    "meta": {"resourceType": "Group"}})");
}

std::string message(std::string_view operations) {
  return fmt::format(R"({{"schemas":["{}"],"Operations":[{}]}})", kPatchMessage, operations);
}

Outcome<json::object> patch(const json::object& document, std::string_view operations) {
  const auto kind = text_at(document, "userName").empty() ? Kind::group : Kind::user;
  return apply_patch(kind, document, parse(message(operations)));
}

struct Step {
  std::string_view operations;
  std::string_view pointer;  ///< where to look afterwards
  std::string_view value;    ///< what stands there; empty: nothing
};

void check_user(const Step& row) {
  const auto after = patch(user(), row.operations);
  ASSERT_TRUE(after) << row.operations << after.error().detail;
  EXPECT_EQ(at(*after, row.pointer), row.value) << row.operations;
}

constexpr std::string_view kBothEmails =
    R"([{"value":"ana@example.com","type":"work","primary":true},{"value":"ana@example.org","type":"home"}])";

TEST(Patch, ChangesSingleAttributes) {
  static constexpr Step kRows[] = {
      {R"({"op":"add","path":"title","value":"Chief"})", "/title", R"("Chief")"},
      {R"({"op":"replace","path":"TITLE","value":"Chief"})", "/title", R"("Chief")"},
      {R"({"op":"remove","path":"title"})", "/title", ""},
      {R"({"op":"remove","path":"displayName"})", "/title", R"("Guide")"},
      {R"({"op":"replace","path":"title","value":null})", "/title", ""},
      {R"({"op":"add","path":"externalId","value":"e"})", "/externalId", R"("e")"},
      {R"({"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:title","value":"x"})", "/title",
       R"("x")"},
      {R"({"op":"add","path":"name.givenName","value":"Bea"})", "/name",
       R"({"familyName":"Ames","givenName":"Bea","middleName":"M"})"},
      {R"({"op":"remove","path":"name.middleName"})", "/name", R"({"familyName":"Ames","givenName":"Ana"})"},
      {R"({"op":"remove","path":"name"})", "/name", ""},
      // Sub-attributes that are not named stay, with replace as well.
      {R"({"op":"replace","path":"name","value":{"givenName":"Bea","middleName":null}})", "/name",
       R"({"familyName":"Ames","givenName":"Bea"})"},
      {R"({"op":"add","path":"name","value":{"Formatted":"Ana Ames","nonsense":1}})", "/name/formatted",
       R"("Ana Ames")"},
      {R"({"op":"replace","path":"active","value":false})", "/active", "false"},
      // Nothing of RFC 7643 that is not kept gets in the way.
      {R"({"op":"add","path":"addresses[type eq \"work\"].country","value":"GB"})", "/addresses", ""},
      {R"({"op":"add","path":"password","value":"secret"})", "/password", ""}};
  for (const auto& row : kRows) check_user(row);
}

TEST(Patch, ChangesAttributesOfSeveralValues) {
  static constexpr Step kRows[] = {
      {R"({"op":"add","path":"roles","value":[{"value":"admin"}]})", "/roles",
       R"([{"value":"auditor"},{"value":"admin"}])"},
      {R"({"op":"add","path":"roles","value":{"value":"admin"}})", "/roles/1/value", R"("admin")"},
      {R"({"op":"add","path":"roles","value":[{"value":"auditor"}]})", "/roles", R"([{"value":"auditor"}])"},
      {R"({"op":"add","path":"emails","value":[{"value":"ANA@example.org","type":"home","display":"d"}]})",
       "/emails/1", R"({"value":"ANA@example.org","display":"d","type":"home"})"},
      {R"({"op":"replace","path":"roles","value":[{"value":"a"},{"value":"b"},{"value":"a"}]})", "/roles",
       R"([{"value":"a"},{"value":"b"}])"},
      {R"({"op":"replace","path":"roles","value":[]})", "/roles", ""},
      {R"({"op":"remove","path":"emails"})", "/emails", ""},
      {R"({"op":"remove","path":"emails","value":null})", "/emails", ""},
      {R"({"op":"remove","path":"emails","value":[{"value":"ana@example.org"}]})", "/emails",
       R"([{"value":"ana@example.com","type":"work","primary":true}])"},
      // The last value that is written as primary is the only one.
      {R"({"op":"add","path":"emails","value":[{"value":"x@example.com","primary":true}]})",
       "/emails/0/primary", "false"},
      {R"({"op":"replace","path":"emails[type eq \"home\"].primary","value":true})", "/emails/0/primary",
       "false"},
      {R"({"op":"replace","path":"emails[type eq \"home\"].primary","value":"True"})", "/emails/1/primary",
       "true"}};
  for (const auto& row : kRows) check_user(row);
}

TEST(Patch, ChangesSelectedValues) {
  static constexpr Step kRows[] = {
      {R"({"op":"replace","path":"emails[type eq \"work\"].value","value":"n@example.com"})", "/emails/0",
       R"({"value":"n@example.com","type":"work","primary":true})"},
      {R"({"op":"add","path":"emails[type eq \"work\"].display","value":"Work"})", "/emails/0/display",
       R"("Work")"},
      {R"({"op":"add","path":"emails[type eq \"work\"]","value":{"display":"Work"}})", "/emails/0",
       R"({"value":"ana@example.com","display":"Work","type":"work","primary":true})"},
      {R"({"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n@example.com"}})", "/emails/0",
       R"({"value":"n@example.com"})"},
      {R"({"op":"replace","path":"emails[value pr]","value":[{"value":"n@example.com"}]})", "/emails",
       R"([{"value":"n@example.com"}])"},
      {R"({"op":"remove","path":"emails[type eq \"work\"].primary"},)"
       R"({"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"ana@example.com","type":"work"}})",
       "/emails", R"([{"value":"ana@example.com","type":"work"}])"},
      {R"({"op":"remove","path":"emails[type eq \"home\"]"})", "/emails",
       R"([{"value":"ana@example.com","type":"work","primary":true}])"},
      {R"({"op":"remove","path":"emails[type eq \"home\" or type eq \"work\"]"})", "/emails", ""},
      {R"({"op":"remove","path":"emails[type eq \"work\"].primary"})", "/emails/0",
       R"({"value":"ana@example.com","type":"work"})"},
      {R"({"op":"remove","path":"emails[type eq \"work\"].value"})", "/emails",
       R"([{"value":"ana@example.org","type":"home"}])"},
      {R"({"op":"replace","path":"emails[type eq \"work\"].value","value":null})", "/emails/0/type",
       R"("home")"},
      {R"({"op":"remove","path":"emails[type eq \"other\"]"})", "/emails", kBothEmails},
      {R"({"op":"remove","path":"phoneNumbers[type eq \"other\"].value"})", "/phoneNumbers", ""},
      // Entra ID adds so what is not there yet.
      {R"({"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 1"})", "/phoneNumbers",
       R"([{"value":"+44 1","type":"mobile"}])"},
      {R"({"op":"Add","path":"emails[type eq \"other\" and primary eq true].value","value":"o@example.com"})",
       "/emails/0/primary", "false"},
      {R"({"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"})", "/roles/1",
       R"({"value":"admin","primary":true})"},
      {R"({"op":"add","path":"emails[type eq \"other\"].value","value":null})", "/emails", kBothEmails}};
  for (const auto& row : kRows) check_user(row);
}

TEST(Patch, TakesMapsWithoutPath) {
  static constexpr Step kRows[] = {
      {R"({"op":"replace","value":{"active":false,"title":"x"}})", "/active", "false"},
      {R"({"op":"replace","value":{"name":{"givenName":"Bea"}}})", "/name/familyName", R"("Ames")"},
      {R"({"op":"replace","value":{"name.givenName":"Bea"}})", "/name/givenName", R"("Bea")"},
      {R"({"op":"add","value":{"emails":[{"value":"x@example.com"}]}})", "/emails/2/value",
       R"("x@example.com")"},
      {R"({"op":"replace","value":{"emails":[{"value":"x@example.com"}]}})", "/emails",
       R"([{"value":"x@example.com"}])"},
      {R"({"op":"replace","value":{"emails[type eq \"home\"].value":"x@example.com"}})", "/emails/1/value",
       R"("x@example.com")"},
      {R"({"op":"replace","value":{"title":null}})", "/title", ""},
      // Passed over: read-only, unknown.
      {R"({"op":"replace","value":{"id":"B2","meta":{},"groups":[],"schemas":[],"fur":1}})", "/id",
       R"("A1")"},
      {R"({"op":"replace","path":null,"value":{"title":"x"}})", "/title", R"("x")"}};
  for (const auto& row : kRows) check_user(row);
}

constexpr std::string_view kExtension = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

TEST(Patch, ChangesTheExtension) {
  static constexpr Step kRows[] = {
      {R"({"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division","value":"d"})",
       kExtension, R"({"division":"d","department":"Risk"})"},
      {R"({"op":"replace","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"d"}}})",
       kExtension, R"({"division":"d","department":"Risk"})"},
      {R"({"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":{"division":"d"}})",
       kExtension, R"({"division":"d","department":"Risk"})"},
      {R"({"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"})", "/schemas",
       R"(["urn:ietf:params:scim:schemas:core:2.0:User"])"},
      {R"({"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"})",
       kExtension, ""},
      {R"({"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m"})",
       kExtension, R"({"department":"Risk","manager":{"value":"m"}})"},
      {R"({"op":"Add","path":"manager","value":[{"$ref":"x","value":"m"}]})", kExtension,
       R"({"department":"Risk","manager":{"value":"m"}})"}};
  for (const auto& row : kRows) check_user(row);
}

void check_group(const Step& row) {
  const auto after = patch(group(), row.operations);
  ASSERT_TRUE(after) << row.operations << after.error().detail;
  EXPECT_EQ(at(*after, row.pointer), row.value) << row.operations;
}

TEST(Patch, ChangesMembers) {
  static constexpr Step kRows[] = {
      {R"({"op":"Add","path":"members","value":[{"$ref":null,"value":"u4"},{"value":"u1"}]})", "/members",
       R"([{"value":"u1"},{"value":"u2"},{"value":"u3"},{"value":"u4"}])"},
      {R"({"op":"add","path":"members","value":[{"value":"U1","type":"user","display":"x"}]})", "/members/3",
       R"({"value":"U1"})"},
      {R"({"op":"Remove","path":"members","value":[{"$ref":null,"value":"u2"},{"value":"u9"}]})", "/members",
       R"([{"value":"u1"},{"value":"u3"}])"},
      {R"({"op":"remove","path":"members","value":[]})", "/members/2/value", R"("u3")"},
      {R"({"op":"remove","path":"members[value eq \"u2\"]"})", "/members",
       R"([{"value":"u1"},{"value":"u3"}])"},
      {R"({"op":"remove","path":"members[value eq \"U2\"]"})", "/members/1/value", R"("u2")"},
      {R"({"op":"remove","path":"members"})", "/members", ""},
      {R"({"op":"replace","path":"members","value":[{"value":"u9"}]})", "/members", R"([{"value":"u9"}])"},
      {R"({"op":"replace","value":{"id":"G1","displayName":"Ops"}})", "/displayName", R"("Ops")"},
      {R"({"op":"remove","path":"members[value eq \"u2\"]"},{"op":"add","path":"members","value":[{"value":"u2"}]})",
       "/members", R"([{"value":"u1"},{"value":"u3"},{"value":"u2"}])"}};
  for (const auto& row : kRows) check_group(row);
}

struct Fault {
  std::string_view operations;
  ScimType type;
};

/// Behind an operation that would have succeeded.
void check_fault(const Fault& row) {
  const auto before = user();
  const auto after =
      patch(before, fmt::format(R"({{"op":"replace","path":"title","value":"x"}},{})", row.operations));
  ASSERT_FALSE(after) << row.operations;
  EXPECT_EQ(after.error().status, 400);
  EXPECT_EQ(to_string(after.error().type), to_string(row.type)) << row.operations;
  EXPECT_EQ(after.error().detail.find("secret"), std::string::npos) << after.error().detail;
  EXPECT_EQ(before, user());
}

TEST(Patch, IsRefusedAndChangesNothing) {
  static constexpr Fault kRows[] = {
      {R"("secret")", ScimType::invalid_syntax},
      {R"({"path":"title","value":"x"})", ScimType::invalid_syntax},
      {R"({"op":"move","path":"title","value":"x"})", ScimType::invalid_syntax},
      {R"({"op":1,"path":"title","value":"x"})", ScimType::invalid_syntax},
      {R"({"op":"add","path":"title"})", ScimType::invalid_value},
      {R"({"op":"replace"})", ScimType::invalid_value},
      {R"({"op":"replace","value":"secret"})", ScimType::invalid_value},
      {R"({"op":"remove"})", ScimType::no_target},
      {R"({"op":"remove","value":{"title":1}})", ScimType::no_target},
      {R"({"op":"add","path":"secret","value":"x"})", ScimType::invalid_path},
      {R"({"op":"add","path":5,"value":"x"})", ScimType::invalid_path},
      {R"({"op":"add","path":"","value":"x"})", ScimType::invalid_path},
      {R"({"op":"add","path":"name.secret","value":"x"})", ScimType::invalid_path},
      {R"({"op":"replace","path":"emails.value","value":"x"})", ScimType::invalid_path},
      {R"({"op":"replace","path":"emails[secret","value":"x"})", ScimType::invalid_filter},
      {R"({"op":"replace","value":{"emails[secret":"x"}})", ScimType::invalid_filter},
      {R"({"op":"replace","path":"emails[type eq \"secret\"].value","value":"x"})", ScimType::no_target},
      {R"({"op":"replace","path":"phoneNumbers[type eq \"secret\"]","value":{"value":"1"}})",
       ScimType::no_target},
      {R"({"op":"add","path":"emails[type ne \"work\" and type ne \"home\"].value","value":"x"})",
       ScimType::no_target},
      {R"({"op":"replace","path":"id","value":"secret"})", ScimType::mutability},
      {R"({"op":"remove","path":"meta.created"})", ScimType::mutability},
      {R"({"op":"add","path":"groups","value":[{"value":"g"}]})", ScimType::mutability},
      {R"({"op":"remove","path":"groups[value eq \"g\"]"})", ScimType::mutability},
      {R"({"op":"add","path":"schemas","value":["x"]})", ScimType::mutability},
      {R"({"op":"replace","path":"manager.displayName","value":"secret"})", ScimType::mutability},
      {R"({"op":"remove","path":"userName"})", ScimType::mutability},
      {R"({"op":"replace","path":"userName","value":null})", ScimType::mutability},
      {R"({"op":"replace","path":"userName","value":""})", ScimType::mutability},
      {R"({"op":"replace","path":"userName","value":7})", ScimType::invalid_value},
      {R"({"op":"replace","path":"active","value":"secret"})", ScimType::invalid_value},
      {R"({"op":"replace","path":"title","value":["secret"]})", ScimType::invalid_value},
      {R"({"op":"replace","path":"title","value":"sec\u0000ret"})", ScimType::invalid_value},
      {R"({"op":"replace","path":"name","value":"secret"})", ScimType::invalid_value},
      {R"({"op":"replace","path":"name","value":[{},{}]})", ScimType::invalid_value},
      {R"({"op":"replace","path":"name.givenName","value":{"secret":1}})", ScimType::invalid_value},
      {R"({"op":"add","path":"emails","value":[{"type":"secret"}]})", ScimType::invalid_value},
      {R"({"op":"add","path":"emails","value":[{"value":"a","Value":"b"}]})", ScimType::invalid_value},
      {R"({"op":"add","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]})",
       ScimType::invalid_value},
      {R"({"op":"replace","path":"emails[value pr].primary","value":true})", ScimType::invalid_value},
      {R"({"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":"secret"})",
       ScimType::invalid_value}};
  for (const auto& row : kRows) check_fault(row);
}

TEST(Patch, RefusesGroupsWithinGroups) {
  const auto after =
      patch(group(), R"({"op":"add","path":"members","value":[{"value":"g","type":"Group"}]})");
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().type, ScimType::invalid_value);
  const auto replaced =
      patch(group(), R"({"op":"replace","path":"members[value eq \"u1\"].value","value":"u9"})");
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().type, ScimType::mutability);
}

TEST(Patch, NamesTheOperationThatFails) {
  const auto after = patch(user(), R"({"op":"add","path":"title","value":"x"},{"op":"remove"})");
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().detail, "operation 2: remove needs a path");
}

TEST(Patch, RefusesWhatIsNoPatchMessage) {
  for (const auto* text :
       {"[]", "{}", R"({"Operations":[{"op":"remove","path":"title"}]})",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]})",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]})",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{}})",
        R"({"schemas":"urn:ietf:params:scim:api:messages:2.0:PatchOp","Operations":[{}]})"}) {
    const auto after = apply_patch(Kind::user, user(), parse(text));
    ASSERT_FALSE(after) << text;
    EXPECT_EQ(after.error().type, ScimType::invalid_syntax) << text;
  }
}

TEST(Patch, KeepsItsLimits) {
  const auto several = [](std::size_t count, const auto& make) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + make(i);
    return out;
  };
  const auto operation = [](std::size_t) { return std::string(R"({"op":"remove","path":"title"})"); };
  EXPECT_TRUE(patch(user(), several(kOperationsMax, operation)));
  EXPECT_FALSE(patch(user(), several(kOperationsMax + 1, operation)));

  const auto role = [](std::size_t i) { return fmt::format(R"({{"value":"r{}"}})", i); };
  const auto add = [&](std::string_view path, std::size_t count) {
    return fmt::format(R"({{"op":"add","path":"{}","value":[{}]}})", path, several(count, role));
  };
  EXPECT_TRUE(patch(user(), add("roles", kValuesMax - 1)));
  EXPECT_FALSE(patch(user(), add("roles", kValuesMax)));  // with the one that is there
  EXPECT_TRUE(patch(group(), add("members", kMembersMax - 3)));
  EXPECT_FALSE(patch(group(), add("members", kMembersMax - 2)));

  const auto title = [](std::size_t size) {
    return fmt::format(R"({{"op":"add","path":"title","value":"{}"}})", std::string(size, 'x'));
  };
  EXPECT_TRUE(patch(user(), title(kTextBytesMax)));
  EXPECT_FALSE(patch(user(), title(kTextBytesMax + 1)));
}

TEST(Patch, GivesEqualResourcesEqualTexts) {
  const auto one =
      patch(user(), R"({"op":"remove","path":"title"},{"op":"add","path":"displayName","value":"d"},
                                    {"op":"add","path":"title","value":"t"})");
  const auto other = patch(user(), R"({"op":"replace","value":{"title":"t","displayName":"d"}})");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(json::serialize(*one), json::serialize(*other));
  EXPECT_EQ(entity_tag(*one), entity_tag(*other));
  EXPECT_NE(entity_tag(*one), entity_tag(user()));
}

}  // namespace
}  // namespace countersign::scim
