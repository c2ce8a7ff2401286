#include "collector/endpoints/routes.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/mac.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace countersign::endpoints {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

class Ledger final : public store::Appender {
 public:
  base::Result<void> submit(std::vector<record::PreparedEvent> events, store::AppendDone done) override {
    if (busy) return base::fail(base::Code::unavailable, "busy");
    std::vector<store::AppendOutcome> outcomes;
    for (auto& event : events) {
      const bool fresh = ids.insert(event.id).second;
      outcomes.push_back({fresh ? store::AppendStatus::appended : store::AppendStatus::duplicate,
                          {{"log.example/eu/acme"}, base::seq_at(stored.size()), {}}});
      if (fresh) stored.push_back(std::move(event));
    }
    done(std::move(outcomes));
    return {};
  }
  bool busy = false;
  std::set<std::string> ids;
  std::vector<record::PreparedEvent> stored;
};

class Hooks : public testing::Test {
 protected:
  Hooks()
      : service_([this](const base::RegionId&) { return &ledger_; }, {}, metrics_, registry(),
                 [this] { return base::Timestamp{now_s_ * 1'000'000}; }) {
    http::Router router;
    add_hooks(router, service_);
    handler_ = router.handler();
  }

  static std::shared_ptr<ingest::Registry> registry() {
    auto out = std::make_shared<ingest::Registry>();
    out->put(ingest::Tenant{base::TenantId("acme"), base::RegionId("eu"), {}, {}});
    const auto add = [&](const char* name, const char* adapter, const char* scheme, std::string secret) {
      ingest::Source source;
      source.name = base::SourceName(name);
      source.adapter = adapter;
      source.scheme = scheme;
      source.tenants = {base::TenantId("acme")};
      if (source.scheme.empty()) {
        source.token_sha256 = crypto::sha256(secret);
      } else {
        source.secrets = {std::make_shared<const crypto::Secret>(base::bytes_of(secret))};
      }
      out->put(std::move(source));
    };
    add("app", "countersign", "standard_webhooks", "whsec_" + base::to_base64(base::bytes_of(kKey)));
    add("kc", "keycloak", "phasetwo", "shared-secret");
    add("okta", "okta", "", "cst_okta");
    add("telnyx", "telnyx_verify", "shared_header", "a-header-of-telnyx-of-old");
    ingest::Source gone;
    gone.name = base::SourceName("gone");
    gone.adapter = "okta";
    gone.token_sha256 = crypto::sha256("cst_gone");
    gone.tenants = {base::TenantId("acme")};
    gone.revoked = base::Timestamp{1};
    out->put(std::move(gone));
    return out;
  }

  http::Response send(std::string path, http::Fields fields, std::string body, std::string method = "POST") {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.fields = std::move(fields);
    request.body = std::move(body);
    if (auto refused = handler_.admit(request)) return *refused;
    std::optional<http::Response> out;
    handler_.handle(std::move(request), [&](http::Response response) { out = std::move(response); });
    EXPECT_TRUE(out);
    return out.value_or(http::Response{});
  }

  static http::Fields signed_fields(const std::string& body, std::int64_t time = kNow,
                                    const std::string& id = "msg_1") {
    const auto message = fmt::format("{}.{}.{}", id, time, body);
    return {{"Content-Type", "application/json"},
            {"webhook-id", id},
            {"webhook-timestamp", std::to_string(time)},
            {"webhook-signature",
             "v1," + base::to_base64(crypto::hmac(crypto::Hash::sha256, base::bytes_of(kKey), message))}};
  }

  std::int64_t refused(std::string_view source, std::string_view reason) {
    return metrics_
        .get("countersign_ingest_refused_total", "", base::MetricType::counter,
             {{"source", std::string(source)}, {"reason", std::string(reason)}})
        .value();
  }

  const std::string event_ =
      R"({"id":"e-1","time":"2026-01-31T09:30:00Z","type":"challenge.sent","tenant":"acme"})";
  std::int64_t now_s_ = kNow;
  base::Metrics metrics_;
  Ledger ledger_;
  ingest::IngestService service_;
  http::Handler handler_;
};

TEST_F(Hooks, TakeWhatTheSourcesSchemeProves) {
  const auto response = send("/v1/hooks/app", signed_fields(event_), event_);
  EXPECT_EQ(response.status, 200) << response.body;
  ASSERT_EQ(ledger_.stored.size(), 1u);
  EXPECT_EQ(ledger_.stored[0].proof, record::Proof::hmac);
  EXPECT_EQ(ledger_.stored[0].source.value(), "app");
}

TEST_F(Hooks, RefuseAFlippedByteAndCountItBySourceAndReason) {
  std::string altered = event_;
  altered[10] ^= 1;
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), altered).status, 401);
  EXPECT_EQ(send("/v1/hooks/app", {{"Content-Type", "application/json"}}, event_).status, 401);
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_, kNow - 301), event_).status, 401);
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_, kNow + 301), event_).status, 401);
  EXPECT_EQ(refused("app", "signature_wrong"), 1);
  EXPECT_EQ(refused("app", "signature_missing"), 1);
  EXPECT_EQ(refused("app", "timestamp_stale"), 2);
  EXPECT_TRUE(ledger_.stored.empty());
}

TEST_F(Hooks, TakeASignedRequestOnce) {
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), event_).status, 200);
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), event_).status, 401);
  EXPECT_EQ(refused("app", "replayed"), 1);
  const auto retried = send("/v1/hooks/app", signed_fields(event_, kNow + 1), event_);
  EXPECT_EQ(retried.status, 200) << "a retry that is signed anew is a duplicate";
  EXPECT_NE(retried.body.find("duplicate"), std::string::npos);
  EXPECT_EQ(ledger_.stored.size(), 1u);
}

TEST_F(Hooks, LetARequestThatCouldNotBeStoredBeSentAgain) {
  ledger_.busy = true;
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), event_).status, 503);
  ledger_.busy = false;
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), event_).status, 200);
}

TEST_F(Hooks, ForgetARequestThatWouldBeStale) {
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), event_).status, 200);
  now_s_ += 301;
  EXPECT_EQ(send("/v1/hooks/app", signed_fields(event_), event_).status, 401);
  EXPECT_EQ(refused("app", "timestamp_stale"), 1) << "no longer because it is remembered";
}

TEST_F(Hooks, TellNobodyWhichSourcesThereAre) {
  const auto unknown = send("/v1/hooks/nobody", signed_fields(event_), event_);
  const auto revoked = send("/v1/hooks/gone", {{"Authorization", "cst_gone"}}, "{}");
  const auto wrong = send("/v1/hooks/app", signed_fields(event_), event_ + " ");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.body, wrong.body);
  EXPECT_EQ(revoked.body, wrong.body);
  EXPECT_EQ(refused("", "source_unknown"), 1);
  EXPECT_EQ(refused("gone", "source_revoked"), 1);
}

TEST_F(Hooks, AnswerOktasHandshake) {
  const http::Fields fields{{"Authorization", "cst_okta"}, {"x-okta-verification-challenge", "abc\"123"}};
  const auto response = send("/v1/hooks/okta", fields, "", "GET");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"verification":"abc\"123"})");
  EXPECT_EQ(send("/v1/hooks/okta", {{"x-okta-verification-challenge", "abc"}}, "", "GET").status, 401);
  EXPECT_EQ(send("/v1/hooks/okta", {{"Authorization", "cst_okta"}}, "", "GET").status, 400);
}

TEST_F(Hooks, GradeAStaticHeaderAsOne) {
  const std::string payload =
      R"({"eventType":"user.session.start","uuid":"u-1","published":"2026-01-31T09:30:00Z","outcome":{"result":"SUCCESS"},"actor":{"id":"00u","type":"User"}})";
  for (const auto* value : {"cst_okta", "Bearer cst_okta"}) {
    ledger_.ids.clear();
    ledger_.stored.clear();
    EXPECT_EQ(
        send("/v1/hooks/okta", {{"Authorization", value}, {"Content-Type", "application/json"}}, payload)
            .status,
        200);
    ASSERT_EQ(ledger_.stored.size(), 1u);
    EXPECT_EQ(ledger_.stored[0].proof, record::Proof::shared_header);
  }
  EXPECT_EQ(send("/v1/hooks/telnyx", {{"Authorization", "cst_okta"}}, payload).status, 401)
      << "the token of another source";
}

TEST_F(Hooks, TakeAProvidersSignatureOverTheBodyAsItCame) {
  const std::string body =
      R"({"type":"access.LOGIN_ERROR","uid":"k-1","time":1700000000000,"authDetails":{"userId":"u"}})";
  const auto mac = base::to_hex(crypto::hmac(crypto::Hash::sha256, base::bytes_of("shared-secret"), body));
  const auto response =
      send("/v1/hooks/kc", {{"X-Keycloak-Signature", mac}, {"Content-Type", "application/json"}}, body);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(
      send("/v1/hooks/kc", {{"X-Keycloak-Signature", mac}, {"Content-Type", "application/json"}}, body + " ")
          .status,
      401);
}

TEST_F(Hooks, RefuseThePayloadOfAnotherProvider) {
  const std::string body = R"({"eventType":"user.session.start","uuid":"u-1"})";
  const auto mac = base::to_hex(crypto::hmac(crypto::Hash::sha256, base::bytes_of("shared-secret"), body));
  const auto response =
      send("/v1/hooks/kc", {{"X-Keycloak-Signature", mac}, {"Content-Type", "application/json"}}, body);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(refused("kc", "event_rejected"), 1);
  EXPECT_TRUE(ledger_.stored.empty());
}

}  // namespace
}  // namespace countersign::endpoints
