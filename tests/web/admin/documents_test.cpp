#include "web/admin/documents.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace countersign::admin {
namespace {

const ingest::Author kBy{"0123", "admin", "c-1", "totp"};

ingest::Source polled() {
  ingest::Source out;
  out.name = base::SourceName("idp");
  out.adapter = "okta";
  out.tenants = {base::TenantId("acme")};
  out.sealed = {{1, 2, 3}};
  out.secrets = {std::make_shared<const crypto::Secret>(base::bytes_of("the-secret-of-okta"))};
  out.token_sha256 = crypto::sha256("token");
  out.backfill_sha256 = crypto::sha256("backfill");
  out.pull_url = "https://acme.okta.com";
  out.pull_settings = {{"interval_s", "60"}};
  out.silent_after_s = 900;
  out.added_by = kBy;
  return out;
}

TEST(SourceDocument, ShowsNothingThatProvesWhoTheSourceIs) {
  const auto text = boost::json::serialize(source_document(polled(), nullptr));
  for (const auto& kept : {std::string("the-secret-of-okta"), base::to_hex(crypto::sha256("token").view()),
                           base::to_hex(crypto::sha256("backfill").view()), std::string("AQID")})
    EXPECT_EQ(text.find(kept), std::string::npos) << kept;
}

TEST(SourceDocument, TellsWhatCameOfIt) {
  ingest::SourceBook::Page page;
  page.events["appended"] = 7;
  page.refused["signature_wrong"] = 2;
  page.types["user.lifecycle"] = {3, "no evidence", {0}};
  page.heard = base::Timestamp{1'000'000};
  auto source = polled();
  source.revoked = base::Timestamp{2'000'000};
  source.revoked_by = {"0456", "admin", {}, {}};
  const auto out = source_document(source, &page);
  EXPECT_EQ(out.at("events").at("appended"), 7);
  EXPECT_EQ(out.at("refused").at("signature_wrong"), 2);
  EXPECT_EQ(out.at("types").at("user.lifecycle").at("count"), 3);
  EXPECT_EQ(out.at("last_heard"), "1970-01-01T00:00:01.000000Z");
  EXPECT_EQ(out.at("pull").at("settings").at("interval_s"), "60");
  EXPECT_EQ(out.at("revoked"), "1970-01-01T00:00:02.000000Z");
  EXPECT_EQ(out.at("added_by").at("id"), "0123");
  EXPECT_EQ(out.at("revoked_by").at("id"), "0456");
  EXPECT_EQ(out.at("silent_after_s"), 900);
  const auto unheard = source_document(polled(), nullptr);
  EXPECT_TRUE(unheard.at("last_heard").is_null());
  EXPECT_FALSE(unheard.contains("revoked"));
  EXPECT_TRUE(unheard.at("events").as_object().empty());
}

TEST(TokenDocument, SaysWhetherTheTokenIsWorthAnything) {
  ingest::Operator one;
  one.name = "brief";
  one.role = ingest::Role::analyst;
  one.token_sha256 = crypto::sha256("cso_x");
  one.tenants = {base::TenantId("acme")};
  const auto state = [&](std::int64_t now) {
    return std::string(token_document(one, {}, {now}).at("state").as_string());
  };
  EXPECT_EQ(state(1), "active");
  one.expires = base::Timestamp{10};
  EXPECT_EQ(state(9), "active");
  EXPECT_EQ(state(10), "expired");
  one.revoked = base::Timestamp{5};
  EXPECT_EQ(state(9), "revoked");
  one.revoked.reset();
  one.role = ingest::Role::auditor;
  EXPECT_EQ(state(9), "worthless");
  const auto text = boost::json::serialize(token_document(one, base::Timestamp{0}, {9}));
  EXPECT_EQ(text.find(base::to_hex(crypto::sha256("cso_x").view())), std::string::npos);
  EXPECT_NE(text.find(R"("last_used":"1970-01-01T00:00:00.000000Z")"), std::string::npos);
}

TEST(TenantDocument, TellsItsMoves) {
  ingest::Tenant tenant;
  tenant.id = base::TenantId("acme");
  tenant.region = base::RegionId("us-1");
  tenant.added_by = kBy;
  tenant.moved_to = "https://us.example.com";
  tenant.moves = {{base::RegionId("eu-1"), base::RegionId("us-1"), {1}, "contract_change", "ana", {}}};
  const auto out = tenant_document(tenant);
  EXPECT_EQ(out.at("moves").at(0).at("reason"), "contract_change");
  EXPECT_EQ(out.at("moved_to"), "https://us.example.com");
  EXPECT_EQ(out.at("added_by").at("role"), "admin");
}

}  // namespace
}  // namespace countersign::admin
