#include "tests/web/scim/client.h"
#include "tests/web/scim/invariants.h"
#include "web/scim/filter.h"
#include "web/scim/patch.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

rc::Gen<std::string> one_of(std::vector<std::string> texts) { return rc::gen::elementOf(std::move(texts)); }

rc::Gen<std::string> paths() {
  return one_of({"userName",
                 "title",
                 "name",
                 "name.givenName",
                 "active",
                 "emails",
                 R"(emails[type eq \"work\"])",
                 R"(emails[type eq \"work\"].value)",
                 R"(emails[value pr].primary)",
                 R"(emails[primary eq true])",
                 R"(emails[type eq \"new\" and primary eq true].value)",
                 "emails.value",
                 "roles",
                 R"(roles[value eq \"a\"].value)",
                 "manager",
                 "externalId",
                 "id",
                 "groups",
                 "meta",
                 "password",
                 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                 "department",
                 "displayName",
                 "members",
                 R"(members[value eq \"a\"])",
                 R"(members[value eq \"b\"].type)",
                 "nonsense",
                 "emails[",
                 ""});
}

rc::Gen<std::string> values() {
  return one_of({R"("a")", R"("")", "null", "true", R"("False")", "5", "[]", "{}", R"([{"value":"a"}])",
                 R"([{"value":"a","primary":true},{"value":"b","type":"work"}])",
                 R"([{"value":"b","primary":true},{"value":"c","primary":true}])",
                 R"({"value":"b","type":"work"})", R"({"value":null})", R"({"givenName":"G"})",
                 R"({"department":"D","manager":"m"})",
                 R"({"active":false,"title":"x","emails":[{"value":"z","primary":true}]})",
                 R"({"userName":null})", R"({"name.familyName":"F","id":"other"})",
                 R"({"displayName":"d","members":[{"value":"a"},{"value":"b"}]})"});
}

/// Most of which succeed on a user.
rc::Gen<std::string> sensible() {
  return one_of({R"({"op":"add","path":"title","value":"t"})", R"({"op":"remove","path":"title"})",
                 R"({"op":"replace","value":{"active":false,"name.givenName":"G"}})",
                 R"({"op":"add","path":"emails","value":[{"value":"n","primary":true}]})",
                 R"({"op":"add","path":"emails","value":[{"value":"H","type":"HOME","primary":true}]})",
                 R"({"op":"replace","path":"emails[type eq \"work\"].value","value":"x"})",
                 R"({"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"w","type":"work"}})",
                 R"({"op":"add","path":"emails[type eq \"new\" and primary eq true].value","value":"x"})",
                 R"({"op":"remove","path":"emails[primary eq true]"})", R"({"op":"remove","path":"emails"})",
                 R"({"op":"remove","path":"emails[value pr].type"})",
                 R"({"op":"add","path":"emails[value pr].type","value":"same"})",
                 R"({"op":"add","path":"roles","value":["a","b",{"value":"c","primary":"True"}]})",
                 R"({"op":"replace","path":"roles[value eq \"a\"].primary","value":true})",
                 R"({"op":"add","path":"manager","value":[{"value":"m"}]})",
                 R"({"op":"remove","path":"manager.value"})",
                 R"({"op":"replace","value":{"department":"d"}})"});
}

rc::Gen<std::string> operations() {
  return rc::gen::exec([] {
    if (*rc::gen::weightedElement<bool>({{8, true}, {1, false}})) return *sensible();
    std::string out = "{\"op\":\"" + *one_of({"add", "replace", "remove", "Add", "Replace", "Remove"}) + "\"";
    if (*rc::gen::weightedElement<bool>({{4, true}, {1, false}})) out += ",\"path\":\"" + *paths() + "\"";
    if (*rc::gen::weightedElement<bool>({{5, true}, {1, false}})) out += ",\"value\":" + *values();
    return out + "}";
  });
}

std::string message(const std::vector<std::string>& operations) {
  return fmt::format(R"({{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{}]}})",
                     fmt::join(operations, ","));
}

RC_GTEST_PROP(PatchProperty, IsAllOrNothingAndKeepsTheRules, ()) {
  Client client;
  const auto id = client.create("/Users", R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
     "userName":"ana","emails":[{"value":"w","type":"work","primary":true},{"value":"h","type":"home"}]})");
  client.create("/Groups",
                R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g"})");
  const auto user = client.store.all(Kind::user).front();
  const auto group = client.store.all(Kind::group).front();
  const auto body = message(
      *rc::gen::nonEmpty(rc::gen::resize(4, rc::gen::container<std::vector<std::string>>(operations()))));

  for (const auto& [kind, document] : {std::pair(Kind::user, user), std::pair(Kind::group, group)}) {
    const auto text = json::serialize(document);
    const auto after = apply_patch(kind, document, parse(body));
    RC_ASSERT(json::serialize(document) == text);
    if (kind == Kind::user) RC_TAG(after.has_value());
    if (after) RC_ASSERT(std::string(broken_rule(kind, document, *after)) == "");
  }

  const auto before = client.get("/Users/" + id);
  const auto answer = client.send("PATCH", "/Users/" + id, body);
  const auto after = client.get("/Users/" + id);
  if (answer.status != 200) {
    RC_ASSERT(answer.status == 400 && answer.changes.empty());
    RC_ASSERT(after.body == before.body);
  } else {
    RC_ASSERT(after.body == answer.body);
    RC_ASSERT((after.body == before.body) == answer.changes.empty());
    RC_ASSERT((header(after, "ETag") == header(before, "ETag")) == answer.changes.empty());
  }
}

rc::Gen<std::string> filters(int depth) {
  const auto comparison =
      one_of({R"(userName eq "ANA")", R"(userName ne "ana")", R"(title pr)", R"(emails.type ne "work")",
              R"(name.givenName sw "A")", R"(emails[type eq "work" and primary eq true])",
              R"(emails[type eq "home"].value ew "h")", "active eq true",
              R"(meta.created gt "2026-01-01T00:00:00Z")", R"(nonsense eq 5)", "title eq null"});
  if (depth == 0) return comparison;
  return rc::gen::exec([depth, comparison] {
    const auto inner = filters(depth - 1);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return "(" + *inner + ") and (" + *inner + ")";
      case 1:
        return *inner + " or " + *inner;
      case 2:
        return "not (" + *inner + ")";
      default:
        return *comparison;
    }
  });
}

RC_GTEST_PROP(FilterProperty, ObeysLogic, ()) {
  static const auto kUser = parse(R"({"userName":"ana","active":true,"name":{"givenName":"Ana"},
    "emails":[{"value":"w","type":"work","primary":true},{"value":"h","type":"home"}],
    "meta":{"created":"2026-01-02T00:00:00Z"}})");
  const auto holds = [&](const std::string& text) {
    const auto filter = Filter::parse(Kind::user, text);
    RC_ASSERT(filter.has_value());
    return filter->matches(kUser.get_object());
  };
  const auto a = *filters(3), b = *filters(3);
  RC_ASSERT(holds("not (" + a + ")") == !holds(a));
  RC_ASSERT(holds("(" + a + ") and (" + b + ")") == (holds(a) && holds(b)));
  RC_ASSERT(holds(a + " or " + b) == (holds(a) || holds(b)));
  // De Morgan, with every precedence left to the grammar.
  RC_ASSERT(holds("not ((" + a + ") and (" + b + "))") == holds("not (" + a + ") or not (" + b + ")"));
}

}  // namespace
}  // namespace countersign::scim
