#include "web/procurement/access_wishes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::procurement {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDay = 86'400ll * 1'000'000;
const base::Timestamp kNow{1'770'000'000'000'000};

http::Request request(const std::string& body, const std::string& type = "application/json") {
  http::Request out;
  out.fields = {{"Content-Type", type}};
  out.body = body;
  return out;
}

http::Request form(const std::string& body) { return request(body, "application/x-www-form-urlencoded"); }

template <class T>
std::string why(const Wish<T>& wish) {
  return wish ? "it was taken" : std::to_string(wish.error().status) + " " + wish.error().detail;
}

std::string ask(const std::string& name, const std::string& email, const std::string& company,
                const std::string& reason) {
  return fmt::format(R"({{"name":"{}","email":"{}","company":"{}","reason":"{}"}})", name, email, company,
                     reason);
}

endpoints::Asker admin_of_all(const std::string& tenant) {
  auto registry = std::make_shared<ingest::Registry>();
  ingest::Tenant one;
  one.id = base::TenantId(tenant);
  one.region = base::RegionId("eu-1");
  registry->put(one);
  auto who = std::make_shared<ingest::Operator>();
  who->role = ingest::Role::admin;
  who->all_tenants = true;
  return {registry, who, nullptr};
}

TEST(AccessAsk, IsReadFromJson) {
  const auto wish = read_ask(request(
      ask(" Ana Example ", "Ana.Example+trust@Example.COM", "Example Corp", "We assess\\r\\nour vendors")));
  ASSERT_TRUE(wish) << why(wish);
  EXPECT_EQ(wish->name, "Ana Example");
  EXPECT_EQ(wish->email, "ana.example+trust@example.com");
  EXPECT_EQ(wish->company, "Example Corp");
  EXPECT_EQ(wish->reason, "We assess  our vendors");
}

TEST(AccessAsk, IsReadFromAForm) {
  const auto wish =
      read_ask_form(form("name=Ana+Ex%C3%A4mple&email=ana%40example.com&company=A%26B&reason=one%0D%0Atwo"));
  ASSERT_TRUE(wish) << why(wish);
  EXPECT_EQ(wish->name, "Ana Ex\xc3\xa4mple");
  EXPECT_EQ(wish->email, "ana@example.com");
  EXPECT_EQ(wish->company, "A&B");
  EXPECT_EQ(wish->reason, "one  two");
  const auto other =
      request("name=a&email=a%40b.c&company=c&reason=r", "Application/X-WWW-Form-Urlencoded; charset=utf-8");
  EXPECT_TRUE(read_ask_form(other)) << why(read_ask_form(other));
}

TEST(AccessAsk, IsRefusedWhereSomethingIsNotAsItMustBe) {
  const std::string long_text(1'001, 'x');
  for (const auto& [body, reason] :
       {std::pair(ask("", "a@b.c", "c", "r"), "422 name is missing"),
        {ask("a", "a@b.c", "  ", "r"), "422 company is missing"},
        {ask("a", "a@b.c", "c", ""), "422 reason is missing"},
        {ask(long_text.substr(0, 129), "a@b.c", "c", "r"), "422 name has at most 128 bytes"},
        {ask("a", "a@b.c", long_text.substr(0, 129), "r"), "422 company has at most 128 bytes"},
        {ask("a", "a@b.c", "c", long_text), "422 reason has at most 1000 bytes"},
        {ask("a\\u0007", "a@b.c", "c", "r"), "422 name is text"},
        {ask("a\\u0085", "a@b.c", "c", "r"), "422 name is text"},
        {ask("a\\nb", "a@b.c", "c", "r"), "422 name is text"},
        {ask("a", "a@b.c", "c", "r\\u001b[2J"), "422 reason is text"},
        {std::string(R"({"name":"a","email":"a@b.c","company":"c"})"), "422 reason is missing"},
        {std::string(R"({"name":"a","email":"a@b.c","company":"c","reason":"r","x":"y"})"), "422"},
        {std::string("[]"), "400"}})
    EXPECT_THAT(why(read_ask(request(body))), HasSubstr(reason)) << body;
  for (const auto* email :
       {"", "ana", "@example.com", "ana@", "ana@example", "a@b@c.d", "ana@.com", "ana@example.",
        "ana example@b.c", "<a@b.c>", "a@b.c,d@e.f", "ana@ex\xc3\xa4mple.com"})
    EXPECT_THAT(why(read_ask(request(ask("a", email, "c", "r")))), HasSubstr("422 email is a mail address"))
        << email;
  for (const auto& [body, reason] : {std::pair("name=a&name=b", "422 a field of the form stands twice"),
                                     {"x=1", "422 the form has a field that is not known"},
                                     {"name=%zz", "400"},
                                     {"name=%FF&email=a%40b.c&company=c&reason=r", "422 name is text"}})
    EXPECT_THAT(why(read_ask_form(form(body))), HasSubstr(reason)) << body;
  EXPECT_THAT(why(read_ask_form(request("name=a"))), HasSubstr("415"));
  EXPECT_THAT(why(read_ask(form("{}"))), HasSubstr("415"));
}

TEST(AccessAsk, IsRefusedInWordsThatRepeatNothing) {
  EXPECT_THAT(why(read_ask(request(ask("a", "<script>@x", "c", "r")))), Not(HasSubstr("script")));
}

TEST(AccessGrant, HasDefaults) {
  const auto grant = read_grant(request("{}"), admin_of_all("acme"), {"acme", 14}, kNow);
  ASSERT_TRUE(grant) << why(grant);
  EXPECT_EQ(grant->role, ingest::Role::auditor);
  EXPECT_EQ(grant->tenants.front().value(), "acme");
  EXPECT_FALSE(grant->all_tenants);
  EXPECT_EQ(grant->expires->micros, kNow.micros + 14 * kDay);
  EXPECT_EQ(grant->period->before, *grant->expires);
  EXPECT_EQ(grant->period->from.micros, kNow.micros - 365 * kDay);
}

TEST(AccessGrant, TakesWhatIsGiven) {
  const auto grant = read_grant(
      request(
          R"({"tenant":"globex","period":{"from":"2026-01-01T00:00:00Z","before":"2026-02-01T00:00:00Z"},)"
          R"("expires":"2026-03-01T00:00:00Z"})"),
      admin_of_all("globex"), {"acme", 14}, kNow);
  ASSERT_TRUE(grant) << why(grant);
  EXPECT_EQ(grant->tenants.front().value(), "globex");
  EXPECT_EQ(base::format_rfc3339(grant->period->before), "2026-02-01T00:00:00.000000Z");
  EXPECT_EQ(base::format_rfc3339(*grant->expires), "2026-03-01T00:00:00.000000Z");
}

TEST(AccessGrant, IsRefusedWhereItCannotBe) {
  const auto asker = admin_of_all("acme");
  for (const auto& [body, reason] :
       {std::pair(R"({"tenant":"gone"})", "422 the tenant is not registered here"),
        {R"({"expires":"2020-01-01T00:00:00Z"})", "422 expires has passed already"},
        {R"({"expires":"tomorrow"})", "422 expires must be a time"},
        {R"({"period":{"from":"2026-02-01T00:00:00Z","before":"2026-01-01T00:00:00Z"}})",
         "422 the period ends before it begins"},
        {R"({"period":{}})", "422 period must have from and before"},
        {R"({"role":"admin"})", "422 there is a member that is not known"},
        {"[]", "400"}})
    EXPECT_THAT(why(read_grant(request(body), asker, {"acme", 14}, kNow)), HasSubstr(reason)) << body;
  EXPECT_THAT(why(read_grant(request("{}"), asker, {"", 14}, kNow)), HasSubstr("422 tenant is missing"));
}

TEST(AccessRefusal, HasAReason) {
  EXPECT_EQ(*read_refusal(request(R"({"reason":" not a customer "})")), "not a customer");
  EXPECT_THAT(why(read_refusal(request(R"({"reason":" "})"))), HasSubstr("422 reason is missing"));
  EXPECT_THAT(why(read_refusal(request("{\"reason\":\"" + std::string(257, 'x') + "\"}"))),
              HasSubstr("at most 256 bytes"));
  EXPECT_THAT(why(read_refusal(request("{}"))), HasSubstr("422 reason is missing"));
}

}  // namespace
}  // namespace countersign::procurement
