#include "web/admin/source_body.h"

#include "tests/web/admin/asker.h"
#include "web/admin/own_sources.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::admin {
namespace {

int status(std::string_view body, const std::vector<std::string>& tenants = {}) {
  const auto read = read_source(body_of(body), admin_of(tenants));
  return read ? 200 : read.error().status;
}

TEST(SourceWish, IsReadAsItIsWritten) {
  const auto read = read_source(
      body_of(R"({"source":"idp","adapter":"okta","tenants":["acme"],"secrets":["s1"],"keep_raw":true,
                  "silent_after_s":900,"pull":{"url":"https://acme.okta.com","settings":{"interval_s":"60"}}})"),
      admin_of({}));
  ASSERT_TRUE(read) << read.error().detail;
  const auto& source = read->source;
  EXPECT_EQ(source.name.value(), "idp");
  EXPECT_EQ(source.adapter, "okta");
  EXPECT_EQ(source.secrets, std::vector<std::string>{"s1"});
  EXPECT_TRUE(source.keep_raw);
  EXPECT_EQ(source.silent_after_s, 900);
  EXPECT_EQ(source.pull_url, "https://acme.okta.com");
  EXPECT_EQ(source.pull_settings.at("interval_s"), "60");
  const auto plain = read_source(body_of(R"({"source":"shop","certificates":["ab:cd"]})"), admin_of({}));
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_EQ(plain->source.adapter, ingest::kNativeAdapter);
  EXPECT_EQ(plain->certificates, std::vector<std::string>{"ab:cd"});
}

TEST(SourceWish, RefusesNamesThatAreNoneWithoutRepeatingThem) {
  const std::string evil = "'; touch x; '";
  for (const auto* body :
       {R"({"source":"EVIL"})", R"({"source":""})", R"({})", R"({"source":"x","adapter":"EVIL"})",
        R"({"source":"x","scheme":"EVIL"})", R"({"source":"x","EVIL":1})",
        R"({"source":"x","keep_raw":"EVIL"})", R"({"source":"x","pull":{"url":"http://EVIL"}})",
        R"({"source":"x","pull":{"url":"file:///EVIL"}})", R"({"source":"x","pull":{"EVIL":1}})",
        R"({"source":"x","pull":{"url":"https://a","settings":{"EVIL":1}}})",
        R"({"source":"x","secrets":[1]})", R"({"source":"x","secrets":["1","2","3","4","5"]})",
        R"({"source":"x","silent_after_s":"EVIL"})", R"({"source":"x","silent_after_s":1e9})"}) {
    std::string text(body);
    if (const auto at = text.find("EVIL"); at != std::string::npos) text.replace(at, 4, evil);
    const auto read = read_source(body_of(text), admin_of({}));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().status, 422) << text;
    EXPECT_EQ(read.error().detail.find("touch"), std::string::npos) << read.error().detail;
  }
}

TEST(SourceWish, OfATenantsAdminIsOfHisTenantsAndIsNotPolled) {
  EXPECT_EQ(status(R"({"source":"x","tenants":["acme"]})", {"acme"}), 200);
  for (const auto* body :
       {R"({"source":"x"})", R"({"source":"x","tenants":[]})", R"({"source":"x","tenants":["globex"]})",
        R"({"source":"x","tenants":["acme","globex"]})",
        R"({"source":"x","adapter":"okta","tenants":["acme"],"secrets":["s"],"pull":{"url":"https://a"}})"})
    EXPECT_EQ(status(body, {"acme"}), 403) << body;
  EXPECT_EQ(status(R"({"source":"x"})"), 200);
}

TEST(OwnSources, OfATenantsAdminSendForNoOther) {
  const auto source = [](const std::vector<std::string>& tenants) {
    ingest::Source out;
    for (const auto& name : tenants) out.tenants.emplace_back(name);
    return out;
  };
  EXPECT_TRUE(sees(admin_of({"acme"}), source({"acme"})));
  EXPECT_FALSE(sees(admin_of({"acme"}), source({"acme", "globex"})));
  EXPECT_FALSE(sees(admin_of({"acme"}), source({"globex"})));
  EXPECT_FALSE(sees(admin_of({"acme"}), source({}))) << "one for any tenant is everybody's";
  EXPECT_TRUE(sees(admin_of({"acme", "globex"}), source({"acme", "globex"})));
  EXPECT_TRUE(sees(admin_of({}), source({})));
}

}  // namespace
}  // namespace countersign::admin
