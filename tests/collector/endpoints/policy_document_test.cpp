#include "collector/endpoints/policy_document.h"

#include "collector/endpoints/policy_past.h"
#include "collector/endpoints/policy_review.h"
#include "ledger/base/json.h"
#include "ledger/policy/default_policy.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

ingest::Tenant acme() {
  ingest::Tenant out;
  out.id = base::TenantId("acme");
  out.region = base::RegionId("eu-1");
  out.created = {1'000};
  return out;
}

json::object parse(std::string_view text) { return base::parse_json(text, {})->value.as_object(); }

TEST(PolicyDocument, OfATenantOfWhomNothingIsSaidIsTheDefaultThatHistoriesBeginWith) {
  auto document = parse(policy_document(acme()));
  EXPECT_EQ(document.at("region"), "eu-1");
  document.erase("tenant");
  document.erase("region");
  EXPECT_EQ(document, policy::default_policy());
}

TEST(PolicyDocument, IsReadAsItIsWritten) {
  const std::string text =
      R"({"access":{"lockout":{"attempts":3}},"sharing":{"auditor":"none"},"attributes":{"not_personal":["plan"]},)"
      R"("monitoring":{"parameters":["B.c=2","A.b=1"]},"retention":{"rule":"hipaa","types":[{"types":"challenge.*","keep":"2 years"}]}})";
  auto tenant = acme();
  const auto wish = read_policy(text, tenant);
  ASSERT_TRUE(wish) << wish.error().detail;
  wish->put_into(tenant);
  EXPECT_EQ(tenant.attributes.not_personal(), std::vector<std::string>{"plan"});
  EXPECT_EQ(tenant.monitoring.parameters(), (std::vector<std::string>{"A.b=1", "B.c=2"}));
  EXPECT_EQ(to_string(tenant.retention), "hipaa: 6 years, 12 months at hand; challenge.* custom: 2 years");
  const auto document = policy_document(tenant);
  EXPECT_NE(policy_etag(document), policy_etag(policy_document(acme())));
  auto again = acme();
  read_policy(document, again)->put_into(again);
  EXPECT_TRUE(again.has_policies_of(tenant));
  EXPECT_EQ(policy_document(again), document);
}

TEST(PolicyDocument, LeavesTheRetentionAloneWhereItSaysNothingOfIt) {
  auto tenant = acme();
  read_policy(R"({"attributes":{"not_personal":["plan"]},"monitoring":{"parameters":["A.b=1"]},)"
              R"("retention":{"rule":"hipaa"}})",
              tenant)
      ->put_into(tenant);
  EXPECT_FALSE(tenant.monitoring.is_default());
  read_policy("{}", tenant)->put_into(tenant);
  EXPECT_TRUE(tenant.attributes.is_default());
  EXPECT_TRUE(tenant.monitoring.is_default());
  EXPECT_EQ(tenant.retention.rule, "hipaa");
  read_policy(R"({"retention":{}})", tenant)->put_into(tenant);
  EXPECT_EQ(tenant.retention, retention::TenantRules());
}

TEST(PolicyDocument, HasATagOfItsOwnForEachMember) {
  const auto tag = [](std::string_view text) {
    auto tenant = acme();
    read_policy(text, tenant)->put_into(tenant);
    return policy_etag(policy_document(tenant));
  };
  EXPECT_NE(tag("{}"), tag(R"({"attributes":{"not_personal":["plan"]}})"));
  EXPECT_NE(tag("{}"), tag(R"({"monitoring":{"parameters":["A.b=1"]}})"));
  EXPECT_NE(tag("{}"), tag(R"({"retention":{"rule":"hipaa"}})"));
  EXPECT_NE(tag(R"({"retention":{"rule":"hipaa","keep":"7 years"}})"),
            tag(R"({"retention":{"rule":"hipaa"}})"));
}

TEST(PolicyDocument, NamesTheMemberThatIsWrong) {
  for (const auto& [text, named] : std::vector<std::pair<std::string, std::string>>{
           {R"({"attributes":[]})", "attributes must be an object"},
           {R"({"attributes":{"not_personal":["a b"]}})", "attributes.not_personal[0]"},
           {R"({"attributes":{"personal":[]}})", "attributes.personal"},
           {R"({"monitoring":7})", "monitoring must be an object"},
           {R"({"monitoring":{"parameters":["A.b"]}})", "monitoring.parameters[0] must be CONTROL.parameter"},
           {R"({"monitoring":{"rules":[]}})", "monitoring.rules"},
           {R"({"retention":7})", "retention must be an object"},
           {R"({"retention":{"types":[{"types":"x","keep":"1 day"}]}})", "retention: 'x' covers no type"},
           {R"({"personal_attributes":[]})", "attributes, monitoring and retention"}}) {
    const auto refused = read_policy(text, acme());
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().status, 422);
    EXPECT_NE(refused.error().detail.find(named), std::string::npos) << refused.error().detail;
  }
  const auto moved = read_policy(R"({"region":"us-1"})", acme());
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().status, 409);
  EXPECT_NE(moved.error().detail.find("countersign tenant move"), std::string::npos);
  EXPECT_TRUE(read_policy(R"({"region":"eu-1","tenant":"acme"})", acme()));
}

TEST(PolicySchema, DescribesEachMemberOfTheDocument) {
  const auto schema = parse(policy_schema());
  const auto& properties = schema.at("properties").as_object();
  for (const auto& member : parse(policy_document(acme()))) {
    ASSERT_TRUE(properties.contains(member.key())) << member.key();
    if (!member.value().is_object()) continue;
    const auto& inner = properties.at(member.key()).as_object().at("properties").as_object();
    for (const auto& one : member.value().as_object()) EXPECT_TRUE(inner.contains(one.key())) << one.key();
  }
}

policy::TenantHistory three_versions() {
  std::vector<policy::Version> versions(3);
  for (std::size_t i = 0; i < 3; ++i) {
    versions[i].from = {static_cast<std::int64_t>(2'000 + i * 1'000)};
    versions[i].author = i == 2 ? "t" : "u";
    versions[i].role = i == 2 ? "operator" : "account";
    versions[i].change = "c" + std::to_string(i);
    versions[i].changes = {"access.lockout.attempts: before " + std::to_string(10 - i) + ", after " +
                           std::to_string(9 - i)};
  }
  return policy::TenantHistory(std::move(versions));
}

http::RequestHead with_query(std::string query) {
  http::RequestHead out;
  out.query = std::move(query);
  return out;
}

TEST(PolicyPast, IsShownPageByPageTheNewestFirst) {
  const auto page = [](const std::string& query) {
    return parse(
        policy_versions(acme(), three_versions(), {{"t", "ana"}}, *read_page(with_query(query))).body);
  };
  const auto first = page("limit=2");
  ASSERT_EQ(first.at("versions").as_array().size(), 2u);
  EXPECT_EQ(first.at("versions").as_array()[0].at("version"), 3);
  EXPECT_EQ(first.at("versions").as_array()[0].at_pointer("/after/access/lockout/attempts"), 7);
  EXPECT_EQ(first.at("versions").as_array()[0].at_pointer("/before/access/lockout/attempts"), 8);
  EXPECT_EQ(first.at("versions").as_array()[0].at_pointer("/by/id"), "ana");
  EXPECT_EQ(first.at("versions").as_array()[1].at("by"), (json::object{{"role", "account"}, {"token", "u"}}));
  EXPECT_EQ(first.at("next"), "2");
  const auto rest = page("limit=2&cursor=2");
  ASSERT_EQ(rest.at("versions").as_array().size(), 1u);
  EXPECT_EQ(rest.at("versions").as_array()[0].at("version"), 1);
  EXPECT_FALSE(rest.contains("next"));
  EXPECT_EQ(page("").at("versions").as_array().size(), 3u);
  for (const std::string none : {"cursor=0", "cursor=1"})
    EXPECT_TRUE(page(none).at("versions").as_array().empty()) << none;
  EXPECT_EQ(page("cursor=99").at("versions").as_array().size(), 3u);
  for (const std::string bad : {"limit=0", "limit=51", "limit=x", "limit=", "cursor=x", "cursor=-1"}) {
    const auto refused = read_page(with_query(bad));
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().status, 422);
  }
}

TEST(PolicyPast, SaysByWhomEachChangeWasReviewed) {
  auto versions = three_versions().versions();
  versions[2].reviews = {{{5'000'000}, "v", "operator", "looks right", {"l", 7}},
                         {{6'000'000}, "u", "account", "again", {"l", 8}}};
  const auto shown =
      parse(policy_versions(acme(), policy::TenantHistory(versions), {{"v", "bob"}}, {}).body).at("versions");
  EXPECT_EQ(shown.at(0).at("change"), "c2");
  EXPECT_EQ(shown.at(0).at("reviewed"),
            (json::array{{{"at", "1970-01-01T00:00:05.000000Z"},
                          {"by", {{"role", "operator"}, {"token", "v"}, {"id", "bob"}}},
                          {"note", "looks right"},
                          {"record", {{"log", "l"}, {"seq", 7}}}},
                         {{"at", "1970-01-01T00:00:06.000000Z"},
                          {"by", {{"role", "account"}, {"token", "u"}}},
                          {"note", "again"},
                          {"record", {{"log", "l"}, {"seq", 8}}}}}));
  EXPECT_EQ(shown.at(1).at("change"), "c1");
  EXPECT_EQ(shown.at(1).at("reviewed"), json::array());
}

TEST(PolicyReview, NeedsANoteThatARecordCanHold) {
  EXPECT_EQ(*read_review(R"({"note":"as agreed in CHG-17"})"), "as agreed in CHG-17");
  EXPECT_TRUE(read_review("{\"note\":\"" + std::string(256, 'x') + "\"}"));
  for (const auto& [body, status] :
       std::vector<std::pair<std::string, int>>{{"", 400},
                                                {"[]", 400},
                                                {R"({"note":"a","note":"b"})", 400},
                                                {"{}", 422},
                                                {R"({"note":""})", 422},
                                                {R"({"note":7})", 422},
                                                {R"({"note":"a\nb"})", 422},
                                                {R"({"note":"a","by":"bob"})", 422},
                                                {R"({"text":"a"})", 422},
                                                {"{\"note\":\"" + std::string(257, 'x') + "\"}", 422}}) {
    const auto refused = read_review(body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().status, status) << body;
  }
}

TEST(PolicyPast, IsWhatWasInForceAtATime) {
  const auto attempts = [](std::int64_t at) {
    return parse(policy_at(acme(), three_versions(), {at}).body).at("access").at("lockout").at("attempts");
  };
  EXPECT_EQ(attempts(1'000), 10);
  EXPECT_EQ(attempts(2'000), 9);
  EXPECT_EQ(attempts(3'999), 8);
  EXPECT_EQ(attempts(9'000), 7);
  EXPECT_EQ(policy_at(acme(), three_versions(), {999}).status, 404) << "before the tenant was added";
  const base::Timestamp now{5'000'000};
  EXPECT_FALSE(read_at(with_query(""), now)->has_value());
  EXPECT_EQ(**read_at(with_query("at=1970-01-01T00%3A00%3A05Z"), now), now);
  for (const std::string bad : {"at=", "at=soon", "at=1970-01-01T00:00:05.000001Z"}) {
    const auto refused = read_at(with_query(bad), now);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().status, 422);
  }
}

}  // namespace
}  // namespace countersign::endpoints
