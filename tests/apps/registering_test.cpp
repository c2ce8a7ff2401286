#include "apps/registering.h"

#include "apps/operator_events.h"
#include "apps/source_events.h"
#include "apps/tenant_events.h"
#include "collector/adapters/adapter.h"
#include "collector/signatures/scheme.h"
#include "ledger/crypto/digest.h"
#include "tests/support/temp_dir.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;

const ingest::Author kAna{"0123abc", "admin", "c-1", "totp"};

Config config() {
  Config out;
  out.regions = {base::RegionId("eu-1")};
  out.listen.address = "192.0.2.1";
  out.listen.port = 8443;
  return out;
}

Code refusal(ingest::NewSource source) {
  const auto done = settle_source(source);
  return done ? Code::internal : done.error().code;
}

ingest::NewSource polled() {
  ingest::NewSource out{
      .name = base::SourceName("idp"), .adapter = "okta", .tenants = {base::TenantId("acme")}};
  out.pull_url = "https://acme.okta.com";
  out.secrets = {"api-token"};
  return out;
}

TEST(SettleSource, TakesTheProvidersSchemeForASecret) {
  ingest::NewSource source{.name = base::SourceName("sms"), .adapter = "twilio_verify"};
  source.secrets = {"s"};
  ASSERT_TRUE(settle_source(source));
  EXPECT_EQ(source.scheme, "twilio");
  source.scheme = "token";
  ASSERT_TRUE(settle_source(source));
  EXPECT_EQ(source.scheme, "");
}

TEST(SettleSource, ChecksWhatIsSaidOfPolling) {
  EXPECT_EQ(refusal(polled()), Code::internal) << "that one is good";
  auto one = polled();
  one.adapter = "twilio_verify";
  EXPECT_EQ(refusal(one), Code::invalid_argument);
  one = polled();
  one.pull_url = "http://acme.okta.com";
  EXPECT_EQ(refusal(one), Code::invalid_argument);
  one = polled();
  one.secrets.clear();
  EXPECT_EQ(refusal(one), Code::invalid_argument);
  one = polled();
  one.pull_settings["colour"] = "red";
  EXPECT_EQ(refusal(one), Code::invalid_argument);
  one = {.name = base::SourceName("shop")};
  one.pull_settings["interval_s"] = "1";
  EXPECT_EQ(refusal(one), Code::invalid_argument);
}

TEST(SourceAddress, IsWhereItsSenderSends) {
  ingest::Source source;
  source.name = base::SourceName("shop");
  source.adapter = std::string(ingest::kNativeAdapter);
  EXPECT_EQ(source_address(config(), source), "https://192.0.2.1:8443/v1/events");
  source.url = "https://audit.example.com";
  source.scheme = "standard_webhooks";
  EXPECT_EQ(source_address(config(), source), "https://audit.example.com/v1/hooks/shop");
  source.pull_url = "https://acme.okta.com";
  EXPECT_EQ(source_address(config(), source), "https://acme.okta.com");
}

TEST(SourceAddress, IsNeverTheAddressThatStandsForAll) {
  ingest::Source source;
  source.name = base::SourceName("shop");
  source.adapter = std::string(ingest::kNativeAdapter);
  auto everywhere = config();
  for (const auto* address : {"0.0.0.0", "::"}) {
    everywhere.listen.address = address;
    everywhere.access.address.clear();
    std::array<char, 256> name{};
    ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
    EXPECT_EQ(source_address(everywhere, source), "https://" + std::string(name.data()) + ":8443/v1/events");
    everywhere.access.address = "https://evidence.example.com:9443";
    EXPECT_EQ(source_address(everywhere, source), "https://evidence.example.com:9443/v1/events");
  }
  everywhere.listen.address = "2001:db8::1";
  EXPECT_EQ(source_address(everywhere, source), "https://[2001:db8::1]:8443/v1/events");
}

TEST(SourceKinds, AreThoseOfTheTables) {
  const auto kinds = source_kinds(config());
  const auto& adapters = kinds.at("adapters").as_array();
  EXPECT_EQ(adapters.size(), adapters::all_adapters().size() + 1);
  EXPECT_EQ(kinds.at("schemes").as_array().size(), signatures::all_schemes().size() + 1);
  const auto find = [](const json::array& list, const char* key, const char* name) {
    return *std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.at(key) == name; });
  };
  EXPECT_EQ(find(adapters, "adapter", "countersign").at("needs_one_tenant"), false);
  const auto okta = find(adapters, "adapter", "okta");
  EXPECT_EQ(okta.at("needs_one_tenant"), true);
  EXPECT_GT(okta.at("pull").at("settings").as_array().size(), 0u);
  EXPECT_FALSE(find(adapters, "adapter", "twilio_verify").as_object().contains("pull"));
  EXPECT_EQ(find(adapters, "adapter", "twilio_verify").at("usual_scheme"), "twilio");
  const auto& schemes = kinds.at("schemes").as_array();
  EXPECT_EQ(find(schemes, "scheme", "standard_webhooks").at("made_here"), true);
  EXPECT_EQ(find(schemes, "scheme", "twilio").at("made_here"), false);
  EXPECT_EQ(find(schemes, "scheme", "twilio").at("credential"), "the account's auth token");
}

TEST(ClientCertificate, IsTakenOnlyWhereTheApplianceAsksForOne) {
  auto settings = config();
  const std::string fingerprint(64, 'a');
  EXPECT_EQ(client_certificate(settings, fingerprint).error().code, Code::failed_precondition);
  settings.listen.client_certificates = true;
  EXPECT_TRUE(client_certificate(settings, fingerprint));
  EXPECT_EQ(client_certificate(settings, "-----BEGIN CERTIFICATE-----\nAA").error().code,
            Code::invalid_argument);
  EXPECT_EQ(client_certificate(settings, "abc").error().code, Code::invalid_argument);
}

TEST(RegisterTenant, ChoosesTheOnlyRegion) {
  testing::TempDir dir;
  auto settings = config();
  settings.data = dir.path();
  EXPECT_EQ(register_tenant(settings, "acme", "", {}, kAna)->value(), "eu-1");
  EXPECT_EQ(register_tenant(settings, "globex", "us-1", {}, kAna).error().code, Code::not_found);
  EXPECT_EQ(register_tenant(settings, "globex", "us-1", "https://us.example.com", kAna)->value(), "us-1");
  settings.regions.emplace_back("us-1");
  EXPECT_EQ(register_tenant(settings, "initech", "", {}, kAna).error().code, Code::invalid_argument);
}

TEST(RecordsOfTheRegistry, SayWhoDidItWhereItIsKnown) {
  ingest::Source source;
  source.name = base::SourceName("shop");
  source.adapter = "okta";
  source.created = {1};
  ingest::Registry registry;
  const base::RegionId eu("eu-1"), us("us-1"), ap("ap-1");
  EXPECT_FALSE(source_events(source, registry, eu).at(0).contains("actor"))
      << "as records of before were made";
  source.added_by = kAna;
  source.revoked = base::Timestamp{2};
  source.revoked_by = {"root", "account", {}, {}};
  const auto events = source_events(source, registry, eu);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(
      json::serialize(events[0]),
      R"({"id":"source.added/shop","time":"1970-01-01T00:00:00.000001Z","type":"source.added","tenant":"_system",)"
      R"("action":{"name":"source add","resource":"shop","context":"adapter okta"},)"
      R"("actor":{"id":"0123abc","role":"admin"},)"
      R"("challenge":{"id":"c-1","purpose":"admin_action","factor":"totp"}})");
  EXPECT_EQ(events[1].at("actor").at("id"), "root");

  ingest::Tenant tenant;
  tenant.id = base::TenantId("acme");
  tenant.region = base::RegionId("eu-1");
  tenant.added_by = kAna;
  registry.put(tenant);
  source.tenants = {tenant.id};
  const auto named = [&](const base::RegionId& region) {
    std::string out;
    for (const auto& event : source_events(source, registry, region))
      out += event.contains("actor") ? 'y' : 'n';
    return out;
  };
  EXPECT_EQ(named(eu), "yy");
  EXPECT_EQ(named(us), "nn") << "no tenant of it has been there";
  tenant.region = us;
  tenant.moves = {{eu, us, {2}, {}, {}, {}}};
  registry.put(tenant);
  EXPECT_EQ(named(eu), "yy");
  EXPECT_EQ(named(us), "ny") << "it was there when the source was revoked";
  tenant.moves.front().time = {3};
  registry.put(tenant);
  EXPECT_EQ(named(us), "nn") << "what was recorded stays as it is";
  source.tenants.clear();
  EXPECT_EQ(named(ap), "yy") << "it is for all";
  tenant.region = eu;
  tenant.moves.clear();
  EXPECT_EQ(tenant_events(tenant, tenant.region).at(0).at("actor").at("id"), "0123abc");
  registry.put(tenant);
  ingest::Operator one;
  one.name = "brief";
  one.tenants = {tenant.id};
  one.created = {1};
  one.added_by = kAna;
  one.revoked = base::Timestamp{2};
  one.revoked_by = kAna;
  const auto of_operator = operator_events(one, registry, tenant.region);
  ASSERT_EQ(of_operator.size(), 2u);
  for (const auto& event : of_operator) EXPECT_EQ(event.at("actor").at("id"), "0123abc");
}

}  // namespace
}  // namespace countersign::apps
