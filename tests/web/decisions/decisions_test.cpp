#include "web/decisions/decisions.h"

#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/crypto/digest.h"
#include "tests/web/decisions/history.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace countersign::decisions {
namespace {

constexpr const char* kBody =
    R"({"actor":{"email":"ana@example.com"},"action":{"name":"billing.refund"},"session":{"id":"s-1"}})";

class Decisions : public ::testing::Test {
 protected:
  Decisions() : service_([](const base::RegionId&) { return nullptr; }, {}, metrics_, registry()) {
    calls_.permit = [](const ingest::Operator& who) -> std::optional<base::Problem> {
      if (who.role == ingest::Role::admin) return std::nullopt;
      return base::Problem{403, "about:blank", "not this role"};
    };
    calls_.serves = [](const base::RegionId& region) { return region.value() == "eu-1"; };
    calls_.decide = [this](const base::RegionId& region, DecisionRequest request,
                           const http::Respond& respond) {
      EXPECT_EQ(region.value(), "eu-1");
      asked_.push_back(std::move(request));
      respond({200, "application/json", {}, "{}"});
    };
  }

  static std::shared_ptr<const ingest::Registry> registry() {
    auto out = std::make_shared<ingest::Registry>();
    out->put(*tenant_with(300));
    const auto tenant = [&](const char* id, const char* region, std::optional<std::string> moved = {}) {
      out->put(ingest::Tenant{base::TenantId(id), base::RegionId(region), {}, std::move(moved)});
    };
    tenant("globex", "eu-1");
    tenant("far", "ap-1");
    tenant("gone", "eu-1", "https://elsewhere.example.com");
    const auto who = [&](const char* name, ingest::Role role, std::vector<base::TenantId> tenants) {
      ingest::Operator one;
      one.name = name;
      one.role = role;
      one.token_sha256 = crypto::sha256(std::string("cso_") + name);
      one.all_tenants = tenants.empty();
      one.tenants = std::move(tenants);
      one.period = ingest::Period{{0}, {1}};
      one.expires = base::Timestamp{4'102'444'800'000'000};  // 2100
      out->put(std::move(one));
    };
    who("app", ingest::Role::admin, {});
    who("acme-app", ingest::Role::admin, {base::TenantId("acme")});
    who("auditor", ingest::Role::auditor, {base::TenantId("acme")});
    return out;
  }

  http::Response post(const std::string& tenant, const std::string& body = kBody,
                      const std::string& token = "cso_app", const std::string& type = "application/json") {
    http::Router router;
    add_decisions(router, {service_, base::system_clock()}, calls_);
    http::Request request;
    request.method = "POST";
    request.path = "/v1/tenants/" + tenant + "/step-up/decisions";
    if (!token.empty()) request.fields.emplace_back("Authorization", "Bearer " + token);
    request.fields.emplace_back("Content-Type", type);
    request.content_length = body.size();
    const auto handler = router.handler();
    if (auto refused = handler.admit(request)) return *refused;
    request.body = body;
    std::optional<http::Response> answered;
    handler.handle(request, [&](http::Response response) { answered = std::move(response); });
    return answered.value_or(http::Response{0, {}, {}, {}});
  }

  base::Metrics metrics_;
  ingest::IngestService service_;
  DecideCalls calls_;
  std::vector<DecisionRequest> asked_;
};

TEST_F(Decisions, HandsOverWhatIsAskedWithThePolicyThatHolds) {
  EXPECT_EQ(post("acme").status, 200);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_.front().tenant->id.value(), "acme");
  EXPECT_EQ(asked_.front().tenant->access.step_up_window_s(), 300);
  EXPECT_EQ(asked_.front().body.actor_email, "ana@example.com");
  EXPECT_EQ(asked_.front().body.action, "billing.refund");
  EXPECT_EQ(asked_.front().body.session, "s-1");
  service_.set_registry(std::make_shared<const ingest::Registry>());
  EXPECT_EQ(asked_.front().tenant->id.value(), "acme") << "the tenant outlives a change of the registry";
}

TEST_F(Decisions, AreForWhoMayAskAndActsForTheTenant) {
  EXPECT_EQ(post("acme", kBody, "").status, 401);
  EXPECT_EQ(post("acme", kBody, "cso_nobody").status, 401);
  EXPECT_EQ(post("acme", kBody, "cso_auditor").status, 403);
  EXPECT_EQ(post("globex", kBody, "cso_acme-app").status, 403);
  EXPECT_EQ(post("nobody", kBody, "cso_acme-app").status, 403) << "whether there is one or not";
  EXPECT_EQ(post("nobody").status, 404);
  EXPECT_EQ(post("_system").status, 403);
  EXPECT_TRUE(asked_.empty());
  calls_.permit = nullptr;
  EXPECT_EQ(post("acme").status, 403) << "nobody may who was not permitted";
  EXPECT_TRUE(asked_.empty());
}

TEST_F(Decisions, OfATenantElsewhereAreAskedElsewhere) {
  const auto gone = post("gone", "not looked at");
  EXPECT_EQ(gone.status, 421);
  EXPECT_NE(gone.body.find("https://elsewhere.example.com"), std::string::npos);
  const auto far = post("far", "not looked at");
  EXPECT_EQ(far.status, 421);
  EXPECT_NE(far.body.find("urn:countersign:problem:misdirected"), std::string::npos);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(Decisions, AreAskedForInPlainJson) {
  EXPECT_EQ(post("acme", kBody, "cso_app", "text/plain").status, 415);
  EXPECT_EQ(post("acme", "{").status, 400);
  const auto wrong = post("acme", R"({"actor":{"mail":"ana@example.com"},"action":{"name":"a"}})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find("actor.mail"), std::string::npos);
  EXPECT_EQ(wrong.body.find("ana@example.com"), std::string::npos) << "no value is repeated";
  EXPECT_TRUE(asked_.empty());
}

TEST_F(Decisions, AreRefusedByAProcessThatGivesNone) {
  calls_.decide = nullptr;
  EXPECT_EQ(post("acme").status, 503);
}

TEST_F(Decisions, HaveALimitOfTheirBody) {
  http::Router router;
  add_decisions(router, {service_, base::system_clock()}, calls_);
  http::RequestHead head;
  head.method = "POST";
  head.path = "/v1/tenants/acme/step-up/decisions";
  EXPECT_EQ(router.handler().body_bytes_max(head), kDecisionBytesMax);
}

}  // namespace
}  // namespace countersign::decisions
