#include "apps/oidc_settings.h"

#include "apps/config.h"
#include "apps/new_config.h"
#include "tests/support/temp_dir.h"
#include "web/api/oidc_providers.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace countersign::apps {
namespace {

constexpr auto kProvider = R"(
[oidc.corp]
issuer = "https://id.example.com"
client_id = "countersign"
client_secret_file = "corp.secret"
roles_claim = "realm_access.roles"
)";
constexpr auto kRights = R"(
[[oidc.corp.rights]]
group = "sec"
role = "analyst"
tenants = ["acme", "globex"]
)";

class OidcSettingsTest : public ::testing::Test {
 protected:
  base::Result<Config> load(const std::string& more, std::string address = "https://evidence.example.com") {
    auto text = new_config_text({"log.example.com", "eu-1", "data", "127.0.0.1", 8443, true});
    if (!address.empty()) {
      const auto at = text.find("[access]\n");
      text.insert(at + 9, "address = \"" + address + "\"\n");
    }
    std::ofstream(folder_ / "countersign.toml") << text << more;
    return load_config(folder_ / "countersign.toml");
  }
  std::string fault(const std::string& more, std::string address = "https://evidence.example.com") {
    const auto loaded = load(more, std::move(address));
    return loaded ? "" : loaded.error().message;
  }
  void expect_fault(const std::string& more, const std::string& words) {
    const auto said = fault(more);
    EXPECT_NE(said.find(words), std::string::npos) << more << '\n' << said;
  }

  testing::TempDir folder_;
};

TEST_F(OidcSettingsTest, AreReadWithTheirDefaults) {
  const auto config = load(std::string(kProvider) + kRights);
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->oidc.size(), 1u);
  const auto& corp = config->oidc.front();
  EXPECT_EQ(corp.name, "corp");
  EXPECT_EQ(corp.display_name, "corp");
  EXPECT_EQ(corp.client_secret_file, folder_ / "corp.secret");
  EXPECT_EQ(corp.scopes, (std::vector<std::string>{"openid", "profile", "email"}));
  EXPECT_EQ(corp.roles_claim, (std::vector<std::string>{"realm_access", "roles"}));
  EXPECT_EQ(corp.clock_skew_s, 60);
  ASSERT_EQ(corp.rights.size(), 1u);
  EXPECT_EQ(corp.rights.front().role, ingest::Role::analyst);
  EXPECT_EQ(corp.rights.front().tenants.size(), 2u);
  EXPECT_EQ(redirect_uri_of("https://evidence.example.com", "corp"),
            "https://evidence.example.com/v1/oidc/corp/callback");
  EXPECT_TRUE(load("", "")->oidc.empty());
}

TEST_F(OidcSettingsTest, TheExampleOfANewConfigurationIsGood) {
  const auto text = new_config_text({"log.example.com", "eu-1", "data", "127.0.0.1", 8443, true});
  const auto begin = text.find("# [oidc.corp]");
  ASSERT_NE(begin, std::string::npos);
  std::istringstream lines(text.substr(begin, text.find("\n\n", begin) - begin));
  std::string example;
  for (std::string line; std::getline(lines, line);) example += line.substr(2) + '\n';
  const auto sentence = example.find("The first group");
  ASSERT_NE(sentence, std::string::npos);
  example.insert(sentence, "# ");
  const auto config = load(example);
  ASSERT_TRUE(config) << config.error().message << example;
  EXPECT_EQ(config->oidc.front().rights.size(), 2u);
}

TEST_F(OidcSettingsTest, AreReadWhole) {
  const auto config = load(R"(
[oidc.two]
display_name = "Two"
issuer = "http://127.0.0.1:9"
client_id = "c"
scopes = ["openid", "groups"]
roles_claim = ["https://example.com/groups"]
ca_file = "ca.pem"
clock_skew_s = 5
[[oidc.two.rights]]
group = "a group"
role = "auditor"
tenants = ["acme"]
from = "2026-01-01T00:00:00Z"
before = "2027-01-01T00:00:00Z"
days = 90
[[oidc.two.rights]]
group = "admins"
role = "admin"
all_tenants = true
)");
  ASSERT_TRUE(config) << config.error().message;
  const auto& two = config->oidc.front();
  EXPECT_EQ(two.display_name, "Two");
  EXPECT_EQ(two.roles_claim, std::vector<std::string>{"https://example.com/groups"});
  EXPECT_EQ(two.ca_file, folder_ / "ca.pem");
  EXPECT_EQ(two.clock_skew_s, 5);
  EXPECT_EQ(two.rights[0].days, 90);
  EXPECT_EQ(base::format_rfc3339(two.rights[0].period->before), "2027-01-01T00:00:00.000000Z");
  EXPECT_TRUE(two.rights[1].all_tenants);
  const auto started = start_oidc(config->oidc, config->access.address);
  ASSERT_TRUE(started) << started.error().message;
  const auto* one = (*started)->find("two");
  ASSERT_NE(one, nullptr);
  EXPECT_EQ((*started)->find("corp"), nullptr);
  EXPECT_TRUE(one->options.http_on_loopback);
  EXPECT_TRUE(one->options.roles.contains("a group"));
}

TEST_F(OidcSettingsTest, AreRefusedWithTheMemberThatIsWrong) {
  const std::string provider = kProvider, right = kRights;
  EXPECT_NE(fault(provider + right, "").find("access.address must be set for [oidc.corp]"),
            std::string::npos);
  expect_fault(provider, "[[oidc.corp.rights]] must stand at least once");
  expect_fault(provider + "scope = []\n" + right, "there is no setting oidc.corp.scope");
  expect_fault(provider + right + "tenant = \"acme\"\n", "there is no setting oidc.corp.rights.tenant");
  expect_fault(provider + right + "days = 0\n", "oidc.corp.rights.days must be a whole number from 1");
  expect_fault(provider + right + "all_tenants = true\n", "oidc.corp.rights of the group sec");
  expect_fault(provider + right + "from = \"2026-01-01T00:00:00Z\"\n", "both from and before");
  expect_fault(provider + right + "from = \"January\"\nbefore = \"x\"\n",
               "oidc.corp.rights.from must be a time");
  expect_fault(provider + "[[oidc.corp.rights]]\nrole = \"admin\"\nall_tenants = true\n",
               "rights.group must");
  expect_fault(provider + "[[oidc.corp.rights]]\ngroup = \"g\"\nrole = \"root\"\n",
               "rights.role must be auditor");
  expect_fault(provider + "[[oidc.corp.rights]]\ngroup = \"g\"\nrole = \"auditor\"\ntenants = [\"acme\"]\n",
               "an auditor has one tenant, a period");
  const auto without = [&](std::string from, const std::string& what, const std::string& instead = "") {
    return from.replace(from.find(what), what.size(), instead);
  };
  expect_fault(without(provider, "roles_claim", "ca_file") + right, "oidc.corp: roles_claim is missing");
  expect_fault(without(provider, "https://", "http://") + right, "oidc.corp: issuer");
  expect_fault(without(provider, "client_id = \"countersign\"") + right, "oidc.corp: client_id is missing");
  expect_fault(without(provider + right, "realm_access.roles", "a..b"), "roles_claim has an empty step");
  expect_fault("[oidc.\"Big Corp\"]\n", "must be named with small letters");
  auto twin = provider + right;
  for (std::size_t at = 0; (at = twin.find("oidc.corp", at)) != std::string::npos;)
    twin.replace(at, 9, "oidc.twin");
  expect_fault(provider + right + twin, "must not be that of another provider");
}

TEST_F(OidcSettingsTest, ASecretIsReadFromAFileThatOthersCannotRead) {
  const auto config = load(std::string(kProvider) + kRights);
  ASSERT_TRUE(config);
  const auto start = [&] { return start_oidc(config->oidc, config->access.address); };
  EXPECT_EQ(start().error().code, base::Code::not_found);
  const auto file = folder_ / "corp.secret";
  std::ofstream(file) << "\n";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  const auto open = start();
  ASSERT_FALSE(open);
  EXPECT_NE(open.error().message.find("chmod 600"), std::string::npos);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_EQ(start().error().code, base::Code::invalid_argument) << "an empty one";
  std::ofstream(file) << "s3cret \r\n";
  const auto good = start();
  ASSERT_TRUE(good) << good.error().message;
  const auto* corp = (*good)->find("corp");
  EXPECT_EQ(corp->options.client_secret.size(), 7u) << "without the end of the line";
  EXPECT_FALSE(corp->options.http_on_loopback);
}

}  // namespace
}  // namespace countersign::apps
