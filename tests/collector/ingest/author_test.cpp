// Who changed the registry, as its file keeps it and as the record of the change says it.

#include "collector/ingest/author.h"

#include "collector/ingest/registry.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "tests/support/temp_dir.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace countersign::ingest {
namespace {

const Author kAna{"0123abc", "admin", "c-1", "totp"};
const Author kRoot{"root", "account", {}, {}};

base::Result<Author> read(std::string_view text) {
  return parse_author(base::parse_json(text, {})->value, "sources[0].added_by");
}

TEST(Author, IsReadAsItWasWritten) {
  for (const auto& one : {kAna, kRoot}) EXPECT_EQ(*read(to_text(one)), one);
}

TEST(Author, RefusesWhatIsNone) {
  for (const auto* text : {"1", "{}", R"({"id":"a"})", R"({"role":"admin"})", R"({"id":"","role":"admin"})",
                           R"({"id":"a","role":"admin","challenge":"c"})",
                           R"({"id":"a","role":"admin","name":"Ana"})", R"({"id":1,"role":"admin"})"}) {
    const auto one = read(text);
    ASSERT_FALSE(one) << text;
    EXPECT_EQ(one.error().code, base::Code::invalid_argument);
    EXPECT_NE(one.error().message.find("sources[0].added_by"), std::string::npos);
  }
  EXPECT_FALSE(read(R"({"role":"admin","id":")" + std::string(129, 'a') + "\"}"));
}

TEST(Author, IsNamedInAnEventWhereItIsKnown) {
  boost::json::object event;
  name_author({}, event);
  EXPECT_TRUE(event.empty());
  name_author(kRoot, event);
  EXPECT_EQ(boost::json::serialize(event), R"({"actor":{"id":"root","role":"account"}})");
  name_author(kAna, event);
  EXPECT_EQ(event.at("challenge").at("purpose"), "admin_action");
}

TEST(Author, StaysWithWhatWasChanged) {
  testing::TempDir dir;
  const auto path = dir / "registry.json";
  const auto clock = [] { return base::Timestamp{5}; };
  const crypto::Secret key(std::vector<std::uint8_t>(32, 7));
  ASSERT_TRUE(add_tenant(path, base::TenantId("acme"), base::RegionId("eu"), {}, clock, kAna));
  NewSource shop{.name = base::SourceName("shop")};
  shop.by = kRoot;
  ASSERT_TRUE(add_source(path, shop, key, clock, crypto::system_entropy()));
  ASSERT_TRUE(revoke_source(path, shop.name, clock, kAna));
  NewOperator brief{"brief", Role::analyst, {base::TenantId("acme")}};
  brief.by = kAna;
  ASSERT_TRUE(add_operator(path, brief, clock, crypto::system_entropy()));
  ASSERT_TRUE(revoke_operator(path, "brief", clock, kRoot));
  const auto registry = Registry::load(path);
  ASSERT_TRUE(registry) << registry.error().message;
  EXPECT_EQ(registry->tenant(base::TenantId("acme"))->added_by, kAna);
  const auto* source = registry->source_by_name(shop.name);
  EXPECT_EQ(source->added_by, kRoot);
  EXPECT_EQ(source->revoked_by, kAna);
  EXPECT_EQ(registry->operator_by_name("brief")->added_by, kAna);
  EXPECT_EQ(registry->operator_by_name("brief")->revoked_by, kRoot);
  EXPECT_EQ(registry->to_text(), *base::read_file(path, 100'000));
}

TEST(Author, NeedNotBeKnown) {
  testing::TempDir dir;
  const auto clock = [] { return base::Timestamp{5}; };
  ASSERT_TRUE(add_tenant(dir / "r.json", base::TenantId("acme"), base::RegionId("eu"), {}, clock));
  EXPECT_EQ(base::read_file(dir / "r.json", 100'000)->find("added_by"), std::string::npos);
}

TEST(NewSources, HaveAnAddressThatNeedsNoQuotes) {
  testing::TempDir dir;
  const crypto::Secret key(std::vector<std::uint8_t>(32, 7));
  const auto add = [&](const std::string& name, const std::string& url) {
    NewSource source{.name = base::SourceName(name)};
    source.url = url;
    const auto made = add_source(dir / "r.json", source, key, base::system_clock(), crypto::system_entropy());
    return made ? base::Code::internal : made.error().code;
  };
  for (const auto* url : {"https://a'b", "https://a b", "https://a\"b", "https://a`b", "https://a$b",
                          "https://a\nb", "https://a;b", "ftp://a", "https://a/b"})
    EXPECT_EQ(add("x", url), base::Code::invalid_argument) << url;
  EXPECT_EQ(add("x", "https://" + std::string(300, 'a')), base::Code::invalid_argument);
  EXPECT_EQ(add("x", "https://[2001:db8::1]:8443"), base::Code::internal) << "that one is made";
  EXPECT_EQ(add("countersign", ""), base::Code::invalid_argument) << "the appliance's own name";
}

}  // namespace
}  // namespace countersign::ingest
