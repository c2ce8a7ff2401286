#include "collector/endpoints/routes.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

using ingest::IngestLimits;
using ingest::IngestService;
using ingest::Registry;
using ingest::Source;
using ingest::Tenant;

/// Takes what it is given and answers when it is told to, or at once.
class FakeAppender final : public store::Appender {
 public:
  base::Result<void> submit(std::vector<record::PreparedEvent> events, store::AppendDone done) override {
    if (refuse) return base::fail(*refuse);
    taken.push_back({std::move(events), std::move(done)});
    if (at_once) complete();
    return {};
  }
  /// Finishes the oldest batch: an id seen before is a duplicate.
  void complete(std::optional<base::Error> error = {}) {
    auto batch = std::move(taken.front());
    taken.pop_front();
    if (error) return batch.done(base::fail(*error));
    std::vector<store::AppendOutcome> outcomes;
    for (auto& event : batch.events) {
      const bool fresh = ids.insert(event.id).second;
      outcomes.push_back({fresh ? store::AppendStatus::appended : store::AppendStatus::duplicate,
                          {{"log.example/eu/" + event.tenant.value()}, base::seq_at(stored.size()), {}}});
      if (fresh) stored.push_back(std::move(event));
    }
    batch.done(std::move(outcomes));
  }

  struct Batch {
    std::vector<record::PreparedEvent> events;
    store::AppendDone done;
  };
  bool at_once = true;
  std::optional<base::Error> refuse;
  std::deque<Batch> taken;
  std::set<std::string> ids;
  std::vector<record::PreparedEvent> stored;
};

class Ingest : public testing::Test {
 protected:
  Ingest()
      : service_([this](const base::RegionId& region) { return appender(region); }, limits(), metrics_,
                 registry(), base::system_clock(), {{base::RegionId("ap"), "https://ap.example.com"}}) {}

  static IngestLimits limits() { return {.events_max = 50}; }
  store::Appender* appender(const base::RegionId& region) {
    if (region.value() == "eu") return &eu_;
    return region.value() == "us" ? &us_ : nullptr;
  }
  static std::shared_ptr<Registry> registry() {
    auto out = std::make_shared<Registry>();
    const auto tenant = [&](const char* id, const char* region, std::optional<std::string> moved = {}) {
      out->put(Tenant{base::TenantId(id), base::RegionId(region), {}, std::move(moved)});
    };
    tenant("acme", "eu");
    tenant("globex", "us");
    tenant("far", "ap");
    tenant("gone", "eu", "https://elsewhere.example.com");
    const auto source = [&](const char* name, const char* adapter, std::vector<base::TenantId> tenants) {
      out->put(Source{base::SourceName(name),
                      adapter,
                      crypto::sha256(std::string("cst_") + name),
                      std::move(tenants),
                      {},
                      {}});
    };
    source("app", "countersign", {});
    source("acme-app", "countersign", {base::TenantId("acme")});
    source("telnyx", "telnyx_verify", {base::TenantId("acme")});
    source("twilio", "twilio_verify", {base::TenantId("acme")});
    source("far-twilio", "twilio_verify", {base::TenantId("far")});
    return out;
  }

  void post(http::Fields fields, std::string body, http::Respond respond) {
    http::Router router;
    add_events(router, service_);
    http::Request request;
    request.method = "POST";
    request.path = "/v1/events";
    request.fields = std::move(fields);
    request.body = std::move(body);
    const auto handler = router.handler();
    if (auto refused = handler.admit(request)) return respond(std::move(*refused));
    handler.handle(std::move(request), std::move(respond));
  }

  /// The answer, or nothing where there is none yet.
  std::shared_ptr<std::optional<http::Response>> begin(std::string body, std::string source = "app",
                                                       std::string type = "application/json") {
    auto response = std::make_shared<std::optional<http::Response>>();
    post({{"Authorization", "Bearer cst_" + source}, {"Content-Type", std::move(type)}}, std::move(body),
         [response](http::Response r) {
           EXPECT_FALSE(response->has_value()) << "answered twice";
           *response = std::move(r);
         });
    return response;
  }
  http::Response send(std::string body, std::string source = "app", std::string type = "application/json") {
    const auto response = begin(std::move(body), std::move(source), std::move(type));
    EXPECT_TRUE(response->has_value());
    return response->value_or(http::Response{});
  }

  static std::string event(const std::string& id, const std::string& tenant = "acme",
                           const std::string& more = "") {
    return R"({"id":")" + id + R"(","time":"2026-01-31T09:30:00Z","type":"challenge.sent","tenant":")" +
           tenant + "\"" + more + "}";
  }
  static json::object body_of(const http::Response& response) {
    auto parsed = base::parse_json(response.body, {.depth_max = 8});
    EXPECT_TRUE(parsed) << response.body;
    EXPECT_TRUE(parsed->duplicates.empty());
    return parsed ? parsed->value.as_object() : json::object();
  }
  static std::string statuses_of(const http::Response& response) {
    std::string out;
    std::int64_t index = 0;
    const json::object body = body_of(response);
    for (const auto& result : body.at("results").as_array()) {
      EXPECT_EQ(result.at("index"), index++);
      out += std::string(result.at("status").as_string()) + " ";
    }
    return out;
  }
  static json::value result(const http::Response& response, std::size_t index) {
    return body_of(response).at("results").as_array().at(index);
  }

  base::Metrics metrics_;
  FakeAppender eu_, us_;
  IngestService service_;
};

TEST_F(Ingest, AnswersAReceiptForEachEvent) {
  const auto response = send("[" + event("1") + "," + event("2") + "]");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(
      response.body,
      R"({"results":[)"
      R"({"index":0,"status":"appended","receipt":{"log":"log.example/eu/acme","seq":0,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}},)"
      R"({"index":1,"status":"appended","receipt":{"log":"log.example/eu/acme","seq":1,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}],)"
      R"("appended":2,"duplicate":0,"differing":0,"rejected":0,"unmapped":0,"failed":0})");
  ASSERT_EQ(eu_.stored.size(), 2u);
  EXPECT_EQ(eu_.stored[0].proof, record::Proof::token);
  EXPECT_EQ(eu_.stored[0].source.value(), "app");
}

TEST_F(Ingest, SaysWhichEventsItHasAlready) {
  send(event("1"));
  const auto response = send("[" + event("2") + "," + event("1") + "]");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(statuses_of(response), "appended duplicate ");
  EXPECT_TRUE(result(response, 1).at("receipt").as_object().contains("seq"));
}

TEST_F(Ingest, StoresTheGoodEventsOfABatchWhateverTheOthersAre) {
  const auto response = send(event("1") + "\n{broken\n" + event("2", "acme", R"(,"unknown":1)") + "\n7\n" +
                                 event("3", "nobody") + "\n" + event("4", "far") + "\n" + event("5") + "\n" +
                                 R"({"id":"6","id":"7"})" + "\n" + event("8"),
                             "app", "application/x-ndjson");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(statuses_of(response),
            "appended rejected rejected rejected rejected rejected appended rejected appended ");
  EXPECT_EQ(eu_.stored.size(), 3u);
  EXPECT_EQ(result(response, 2).at("id"), "2");
  EXPECT_EQ(result(response, 2).at("errors").as_array()[0].at("path"), "unknown");
  EXPECT_EQ(result(response, 4).at("errors").as_array()[0].at("path"), "tenant");
  EXPECT_EQ(result(response, 7).at("errors").as_array()[0].at("path"), "id");
  EXPECT_FALSE(result(response, 1).as_object().contains("id"));
}

TEST_F(Ingest, NeverEchoesAValue) {
  const std::string secret = "VERY-PRIVATE";
  const auto response = send("[" +
                             event("1", "acme",
                                   R"(,"actor":{"email":7,"phone":")" + secret +
                                       R"("},"challenge":{"factor":")" + secret + R"("})") +
                             R"(,{"id":"2","time":")" + secret + R"(","type":")" + secret +
                             R"(","tenant":")" + secret + R"("}])");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body.find(secret), std::string::npos) << response.body;
  EXPECT_EQ(body_of(response).at("type"), "urn:countersign:problem:events-rejected");
  EXPECT_EQ(metrics_.to_prometheus().find(secret), std::string::npos);
}

TEST_F(Ingest, AnswersNothingBeforeTheLedgerHas) {
  eu_.at_once = us_.at_once = false;
  const auto response = begin("[" + event("1") + "," + event("2", "globex") + "]");
  EXPECT_FALSE(response->has_value());
  eu_.complete();
  EXPECT_FALSE(response->has_value()) << "one region is not done";
  us_.complete();
  ASSERT_TRUE(response->has_value());
  EXPECT_EQ(statuses_of(**response), "appended appended ");
}

TEST_F(Ingest, KnowsASourceByItsTokenOnly) {
  for (const std::string token : {"", "cst_nobody", "app"}) {
    std::optional<http::Response> response;
    http::Fields fields{{"Content-Type", "application/json"}};
    if (!token.empty()) fields.emplace_back("Authorization", "Bearer " + token);
    post(std::move(fields), event("1"), [&](http::Response r) { response = std::move(r); });
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 401);
    ASSERT_EQ(response->headers.size(), 1u);
    EXPECT_EQ(response->headers[0], std::make_pair(std::string("WWW-Authenticate"), std::string("Bearer")));
  }
  EXPECT_TRUE(eu_.stored.empty());
  const auto text = metrics_.to_prometheus();
  EXPECT_NE(text.find(R"(countersign_ingest_refused_total{source="",reason="token_missing"} 1)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"(countersign_ingest_refused_total{source="",reason="token_unknown"} 2)"),
            std::string::npos)
      << text;
}

TEST_F(Ingest, KeepsASourceToItsTenants) {
  const auto response =
      send("[" + event("1") + "," + event("2", "globex") + "," + event("3", "nobody") + "]", "acme-app");
  EXPECT_EQ(statuses_of(response), "appended rejected rejected ");
  EXPECT_EQ(result(response, 1).at("errors"), result(response, 2).at("errors"))
      << "the answer does not tell whether a tenant exists";
  EXPECT_TRUE(us_.stored.empty());
}

TEST_F(Ingest, SendsEventsOfOtherRegionsAway) {
  const auto response = send("[" + event("1", "far") + "," + event("2", "gone") + "]");
  EXPECT_EQ(response.status, 421);
  EXPECT_EQ(body_of(response).at("type"), "urn:countersign:problem:misdirected");
  const auto reason = [&](std::size_t i) {
    return std::string(result(response, i).at("errors").as_array()[0].at("reason").as_string());
  };
  EXPECT_EQ(reason(0),
            "misdirected: the tenant is pinned to the region ap, which is served elsewhere; send it to "
            "https://ap.example.com");
  EXPECT_EQ(result(response, 0).at("region"), "ap");
  EXPECT_EQ(result(response, 0).at("address"), "https://ap.example.com");
  EXPECT_EQ(reason(1),
            "misdirected: the tenant is pinned to the region eu, which is served elsewhere; send it to "
            "https://elsewhere.example.com");
  EXPECT_TRUE(eu_.stored.empty());
  EXPECT_EQ(send("[" + event("1", "far") + "," + event("2") + "]").status, 200);
  EXPECT_EQ(send("[" + event("1", "far") + ",7]").status, 422);
  const auto one = send(event("1", "far"));
  EXPECT_NE(std::string(body_of(one).at("detail").as_string()).find("send them to https://ap.example.com"),
            std::string::npos);
}

TEST_F(Ingest, LooksAtNothingButTheTenantOfAnEventForAnotherRegion) {
  // Neither what is wrong with it, nor its type, is told to anybody but its sender.
  const auto native = send(R"({"id":"1","type":"no.such.type","tenant":"far"})");
  EXPECT_EQ(native.status, 421);
  EXPECT_EQ(native.body.find("no.such.type"), std::string::npos);
  const auto provider = send(R"([{"type":"com.example.secret"},{"type":7}])", "far-twilio");
  EXPECT_EQ(provider.status, 421);
  EXPECT_EQ(statuses_of(provider), "rejected rejected ");
  const auto metrics = metrics_.to_prometheus();
  EXPECT_EQ(metrics.find("com.example"), std::string::npos);
  EXPECT_NE(metrics.find(R"(source="far-twilio",reason="event_misdirected"} 2)"), std::string::npos)
      << metrics;
  EXPECT_TRUE(service_.book().pages().at("far-twilio").types.empty());
  EXPECT_TRUE(eu_.taken.empty() && us_.taken.empty());
}

TEST_F(Ingest, DoesNotTellASourceWhereATenantOfOthersIs) {
  EXPECT_EQ(send(event("1", "far"), "acme-app").body.find("ap.example.com"), std::string::npos);
}

TEST_F(Ingest, InvitesARetryWhereTheLedgerIsBusy) {
  eu_.refuse = base::Error{base::Code::unavailable, "the queue is full"};
  const auto response = send(event("1"));
  EXPECT_EQ(response.status, 503);
  ASSERT_EQ(response.headers.size(), 1u);
  EXPECT_EQ(response.headers[0], std::make_pair(std::string("Retry-After"), std::string("1")));
  EXPECT_EQ(statuses_of(response), "failed ");
  EXPECT_EQ(body_of(response).at("type"), "urn:countersign:problem:not-stored");
}

TEST_F(Ingest, TellsAFullDiskFromATooLargeBatch) {
  eu_.at_once = false;
  const auto response = begin(event("1"));
  eu_.complete(base::Error{base::Code::resource_exhausted, "no space"});
  ASSERT_TRUE(response->has_value());
  EXPECT_EQ((*response)->status, 507);
  eu_.refuse = base::Error{base::Code::resource_exhausted, "too large"};
  EXPECT_EQ(send(event("1")).status, 413);
}

TEST_F(Ingest, DoesNotClaimToKnowAnUnknownOutcome) {
  eu_.at_once = false;
  const auto response = begin(event("1"));
  eu_.complete(base::Error{base::Code::internal, "commit failed"});
  ASSERT_TRUE(response->has_value());
  EXPECT_EQ((*response)->status, 500);
  EXPECT_EQ((*response)->body.find("commit"), std::string::npos);
}

TEST_F(Ingest, SaysWhatWasStoredWhereOneRegionFails) {
  us_.refuse = base::Error{base::Code::unavailable, ""};
  const auto response = send("[" + event("1", "globex") + "," + event("2") + "]");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(statuses_of(response), "failed appended ");
  eu_.refuse = us_.refuse;
  EXPECT_EQ(send("[" + event("1", "globex") + "," + event("3") + ",7]").status, 503);
}

TEST_F(Ingest, AdaptsAProvidersPayload) {
  const auto response =
      send(R"({"data":{"event_type":"verify.delivered","id":"t1","occurred_at":"2026-01-31T09:30:00Z",)"
           R"("payload":{"custom_code":"739104","id":"v1","phone_number":"+13125550100","type":"sms"}}})",
           "telnyx");
  EXPECT_EQ(response.status, 200);
  ASSERT_EQ(eu_.stored.size(), 1u);
  EXPECT_EQ(eu_.stored[0].proof, record::Proof::shared_header);
  EXPECT_EQ(eu_.stored[0].redacted, std::vector<std::string>{"data.payload.custom_code"});
  EXPECT_EQ(eu_.stored[0].tenant.value(), "acme");
  EXPECT_EQ(eu_.stored[0].json.find("739104"), std::string::npos);
}

TEST_F(Ingest, CountsWhatHasNoTypeAndAnswersOk) {
  const auto response =
      send(R"([{"type":"com.twilio.eventstreams.test-event","id":"1"},{"type":7},{"type":"com.twilio.new"}])",
           "twilio");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(statuses_of(response), "unmapped rejected unmapped ");
  EXPECT_EQ(result(response, 0).at("type"), "com.twilio.eventstreams.test-event");
  EXPECT_EQ(result(response, 0).at("reason"), "Twilio's own test of the address");
  EXPECT_FALSE(result(response, 2).as_object().contains("reason"));
  const auto metrics = metrics_.to_prometheus();
  const std::string start = R"(countersign_ingest_unmapped_total{adapter="twilio_verify",type="com.twilio.)";
  EXPECT_NE(metrics.find(start + R"(eventstreams.test-event",known="yes"} 1)"), std::string::npos);
  EXPECT_NE(metrics.find(start + R"(new",known="no"} 1)"), std::string::npos);
}

TEST_F(Ingest, BoundsTheNamesOfUnmappedTypes) {
  for (int i = 0; i < 250; ++i) send(R"({"type":"com.example.)" + std::to_string(i) + "\"}", "twilio");
  const auto text = metrics_.to_prometheus();
  EXPECT_NE(text.find(R"(type="com.example.199")"), std::string::npos);
  EXPECT_EQ(text.find(R"(type="com.example.200")"), std::string::npos);
  EXPECT_NE(text.find(R"(type="other",known="no"} 50)"), std::string::npos);
}

TEST_F(Ingest, RefusesABodyThatIsNoneWithoutStoringAnything) {
  EXPECT_EQ(send("[" + event("1") + ",{]").status, 400);
  EXPECT_EQ(send(event("1"), "app", "text/plain").status, 415);
  std::string many;
  for (int i = 0; i < 51; ++i) many += event(std::to_string(i)) + "\n";
  EXPECT_EQ(send(many, "app", "application/x-ndjson").status, 413);
  EXPECT_TRUE(eu_.stored.empty());
}

TEST_F(Ingest, UsesANewRegistryFromTheNextRequestOn) {
  auto next = std::make_shared<Registry>(*registry());
  Source app = *next->source_by_name(base::SourceName("app"));
  app.revoked = base::Timestamp{1};
  next->put(app);
  EXPECT_EQ(send(event("1")).status, 200);
  service_.set_registry(next);
  EXPECT_EQ(send(event("2")).status, 401);
}

TEST_F(Ingest, LeavesEventsOfOneIdInOneBatchToTheLedger) {
  EXPECT_EQ(statuses_of(send("[" + event("1") + "," + event("1") + "]")), "appended duplicate ");
}

}  // namespace
}  // namespace countersign::endpoints
