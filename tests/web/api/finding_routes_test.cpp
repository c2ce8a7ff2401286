#include "web/api/finding_routes.h"

#include "ledger/base/json.h"
#include "ledger/projection/index.h"
#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"
#include "reports/engine/responses.h"
#include "tests/support/test_region.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <map>
#include <memory>

namespace countersign::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The routes of findings over a region with a real store; who asks is an operator with a token.
class FindingRoutes : public ::testing::Test {
 protected:
  FindingRoutes()
      : writer_(region_.open_writer()),
        service_([](const base::RegionId&) { return nullptr; }, {}, metrics_,
                 std::make_shared<const ingest::Registry>()),
        findings_(
            access(),
            [this](const base::RegionId&, const std::vector<boost::json::object>& events) {
              return append(events);
            },
            region_.clock()) {
    register_all();
    findings_.add_routes(router_, {service_, base::system_clock()});
    handler_ = router_.handler();
    index();
  }

  EvidenceAccess access() {
    return {[this](const base::RegionId&) { return std::optional(region_.files()); },
            [this](const base::RegionId&) { return base::Result<vault::VaultKeys>(region_.keys()); },
            [] { return std::vector<base::RegionId>{base::RegionId("eu-1")}; },
            {}};
  }

  void register_all() {
    const auto path = region_.dir() / "registry";
    for (const auto* tenant : {"acme", "globex"})
      ASSERT_TRUE(
          ingest::add_tenant(path, base::TenantId(tenant), base::RegionId("eu-1"), {}, base::system_clock()));
    for (const auto role : {ingest::Role::auditor, ingest::Role::analyst, ingest::Role::privacy,
                            ingest::Role::admin, ingest::Role::application}) {
      ingest::NewOperator one{std::string(to_string(role)), role, {base::TenantId("acme")}};
      if (role == ingest::Role::auditor) {
        one.expires = *base::parse_rfc3339("2099-01-01T00:00:00Z");
        one.period = ingest::Period{base::Timestamp{0}, period_end_};
      }
      const auto token = ingest::add_operator(path, one, base::system_clock(), crypto::system_entropy());
      ASSERT_TRUE(token) << token.error().message;
      tokens_[std::string(to_string(role))] = *token;
    }
    auto loaded = ingest::Registry::load(path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    service_.set_registry(std::make_shared<const ingest::Registry>(std::move(*loaded)));
  }

  base::Result<void> append(const std::vector<boost::json::object>& events) {
    std::vector<record::PreparedEvent> batch;
    const record::Sender sender{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
    for (const auto& event : events) {
      auto prepared = record::prepare_event(event, sender, record::Vocabulary::system);
      if (!prepared) return base::fail(base::Code::internal, prepared.error().front().reason);
      batch.push_back(std::move(*prepared));
    }
    if (full_) return base::fail(base::Code::resource_exhausted, "full");
    auto done = testing::TestRegion::append(*writer_, std::move(batch));
    return done ? base::Result<void>() : base::Result<void>(base::fail(done.error()));
  }
  void index() {
    auto made = projection::Index::open(region_.files().index());
    auto ledger = store::LedgerReader::open(region_.files().ledger());
    ASSERT_TRUE(made && ledger && made->advance(*ledger, UINT64_MAX / 4));
  }
  /// Its id.
  std::string open(std::int64_t item, const std::string& tenant = "acme") {
    const auto id = reports::finding_id(tenant, "OTP-LIFETIME", item);
    EXPECT_TRUE(append({findings::opened_event(tenant, id, {"OTP-LIFETIME", 1, std::to_string(item), {3}},
                                               "late", region_.clock()())}));
    return id;
  }

  struct Answer {
    int status = 0;
    boost::json::value body;
    std::string text(const char* member) const {
      const auto* found = body.is_object() ? body.get_object().if_contains(member) : nullptr;
      return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    }
  };
  Answer ask(const std::string& who, const std::string& method, std::string path, std::string body = {}) {
    http::Request request;
    request.method = method;
    if (const auto query = path.find('?'); query != std::string::npos) {
      request.query = path.substr(query + 1);
      path.resize(query);
    }
    request.path = path;
    request.peer = "192.0.2.1";
    request.fields = {{"Authorization", "Bearer " + tokens_[who]}, {"Content-Type", "application/json"}};
    request.body = std::move(body);
    if (auto refused = handler_.admit(request)) return read(*refused);
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    handler_.handle(std::move(request),
                    [promise](http::Response got) { promise->set_value(std::move(got)); });
    EXPECT_EQ(future.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    return read(future.get());
  }
  static Answer read(const http::Response& response) {
    auto parsed = base::parse_json(response.body, {.depth_max = 16});
    return {response.status, parsed ? parsed->value : boost::json::value()};
  }
  static std::string path(const std::string& rest = {}, const std::string& tenant = "acme") {
    return fmt::format("/v1/tenants/{}/findings{}", tenant, rest);
  }
  std::vector<std::string> listed(const std::string& who, const std::string& query = {}) {
    std::vector<std::string> out;
    const auto answer = ask(who, "GET", path(query));
    EXPECT_EQ(answer.status, 200) << boost::json::serialize(answer.body);
    if (answer.status != 200) return out;
    for (const auto& one : answer.body.at("findings").as_array())
      out.emplace_back(one.at("finding").as_string());
    return out;
  }

  testing::TestRegion region_;
  const base::Timestamp period_end_{region_.clock()().micros + 1'000'000'000};
  std::unique_ptr<store::Writer> writer_;
  base::Metrics metrics_;
  ingest::IngestService service_;
  bool full_ = false;
  std::map<std::string, std::string> tokens_;
  Findings findings_;
  http::Router router_;
  http::Handler handler_;
};

TEST_F(FindingRoutes, GoThroughTheLifeOfAFinding) {
  const auto id = open(17);
  auto answer = ask("analyst", "GET", path("/" + id));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("state"), "opened");
  answer = ask("analyst", "POST", path("/" + id + "/acknowledge"), R"({"note":"calling the provider"})");
  EXPECT_EQ(answer.status, 200) << answer.text("detail");
  EXPECT_EQ(answer.text("state"), "acknowledged") << "as it stands after what was said";
  const auto& by = answer.body.at("acknowledged").at("by");
  EXPECT_EQ(by.at("id").as_string(), "analyst");
  EXPECT_EQ(by.at("role").as_string(), "operator");
  answer = ask("admin", "POST", path("/" + id + "/acknowledge"));
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.text("detail"), HasSubstr("the first stands"));
  answer = ask("admin", "POST", path("/" + id + "/answer"), R"({"text":"The test account is closed."})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("answers").at(0).at("text").as_string(), "The test account is closed.");
  answer = ask("admin", "POST", path("/" + id + "/resolve"), R"({"reason":"false alarm"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("state"), "resolved");
  EXPECT_EQ(answer.body.at("acknowledged").at("note").as_string(), "calling the provider");
  EXPECT_EQ(ask("admin", "POST", path("/" + id + "/resolve"), R"({"reason":"again"})").status, 409);
  EXPECT_EQ(ask("admin", "POST", path("/" + id + "/answer"), R"({"text":"Still so."})").status, 200);
}

TEST_F(FindingRoutes, LetWhoResolvesAFindingAcknowledgeIt) {
  const auto id = open(17);
  const auto answer = ask("analyst", "POST", path("/" + id + "/resolve"), R"({"reason":"false alarm"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("acknowledged").at("by").at("id").as_string(), "analyst");
}

TEST_F(FindingRoutes, AnswerAnExceptionThatWasNeverOpened) {
  const auto id = reports::finding_id("acme", "OTP-LIFETIME", std::int64_t{17});
  EXPECT_EQ(ask("admin", "POST", path("/" + id + "/answer"), R"({"text":"Known."})").status, 404);
  for (const auto* body : {R"({"text":"Known.","control":"OTP-LIFETIME","item":18})",
                           R"({"text":"Known.","control":"OTP-LIFETIME"})", R"({"text":"Known.","item":17})"})
    EXPECT_EQ(ask("admin", "POST", path("/" + id + "/answer"), body).status, 422) << body;
  const auto answer = ask("admin", "POST", path("/" + id + "/answer"),
                          R"({"text":"Known.","control":"OTP-LIFETIME","item":17})");
  EXPECT_EQ(answer.status, 200) << answer.text("detail");
  EXPECT_EQ(answer.text("control"), "OTP-LIFETIME");
  EXPECT_EQ(answer.text("item"), "17");
  EXPECT_FALSE(answer.body.as_object().contains("opened"));
  EXPECT_THAT(listed("admin", "?control=OTP-LIFETIME"), ElementsAre(id));
  EXPECT_EQ(ask("admin", "POST", path("/" + id + "/answer"), R"({"text":"Now it is known here."})").status,
            200);
}

TEST_F(FindingRoutes, KeepThoseOutWhoMayNot) {
  const auto id = open(17), theirs = open(17, "globex");
  for (const auto* who : {"privacy", "application"}) {
    EXPECT_EQ(ask(who, "GET", path()).status, 403) << who;
    EXPECT_EQ(ask(who, "GET", path("/" + id)).status, 403) << who;
    EXPECT_EQ(ask(who, "POST", path("/" + id + "/acknowledge")).status, 403) << who;
  }
  for (const auto* step : {"acknowledge", "answer", "resolve"})
    EXPECT_EQ(ask("auditor", "POST", path("/" + id + "/" + step)).status, 403) << step;
  EXPECT_EQ(ask("nobody", "GET", path()).status, 401);
  EXPECT_EQ(ask("admin", "GET", path("", "globex")).status, 403);
  EXPECT_EQ(ask("admin", "GET", path("", "_system")).status, 403);
  EXPECT_EQ(ask("admin", "GET", path("/" + theirs)).status, 404) << "another tenant's";
  EXPECT_EQ(ask("admin", "POST", path("/" + theirs + "/acknowledge")).status, 404);
  EXPECT_THAT(listed("analyst"), ElementsAre(id));
}

TEST_F(FindingRoutes, TellAnAuditorHerPeriodAloneAndNobodysName) {
  const auto early = open(17);
  ASSERT_EQ(ask("analyst", "POST", path("/" + early + "/acknowledge")).status, 200);
  const auto shown = ask("auditor", "GET", path("/" + early));
  EXPECT_EQ(shown.text("state"), "acknowledged");
  EXPECT_FALSE(shown.body.at("acknowledged").at("by").as_object().contains("id"));
  EXPECT_EQ(shown.body.at("acknowledged").at("by").at("token").as_string().size(), 43u);
  region_.pass(2'000);
  const auto late = open(18);
  ASSERT_EQ(ask("analyst", "POST", path("/" + early + "/resolve"), R"({"reason":"done"})").status, 200);
  EXPECT_THAT(listed("auditor"), ElementsAre(early));
  EXPECT_EQ(ask("auditor", "GET", path("/" + late)).status, 404);
  EXPECT_EQ(ask("auditor", "GET", path("/" + early)).text("state"), "acknowledged");
  EXPECT_THAT(listed("analyst"), ElementsAre(late, early));
}

TEST_F(FindingRoutes, RefuseWhatIsNotAsItMustBe) {
  const auto id = open(17);
  for (const auto* query : {"?state=new", "?limit=0", "?limit=201", "?limit=x", "?cursor=x", "?cursor=-1",
                            "?cursor=18446744073709551615"})
    EXPECT_EQ(ask("analyst", "GET", path(query)).status, 422) << query;
  const auto bodies = std::vector<std::pair<std::string, int>>{{"{", 400},
                                                               {"[]", 400},
                                                               {R"({"reason":7})", 422},
                                                               {R"({"why":"x"})", 422},
                                                               {"{}", 422},
                                                               {R"({"reason":"a\nb"})", 422},
                                                               {R"({"reason":"x","reason":"y"})", 400}};
  for (const auto& [body, status] : bodies)
    EXPECT_EQ(ask("analyst", "POST", path("/" + id + "/resolve"), body).status, status) << body;
  for (const auto* odd : {"x", "0123456789ABCDEF", "0123456789abcdef"}) {
    EXPECT_EQ(ask("analyst", "GET", path(std::string("/") + odd)).status, 404) << odd;
    EXPECT_EQ(ask("analyst", "POST", path(std::string("/") + odd + "/acknowledge")).status, 404) << odd;
  }
  full_ = true;
  EXPECT_EQ(ask("analyst", "POST", path("/" + id + "/acknowledge")).status, 507);
  EXPECT_EQ(ask("analyst", "GET", path("/" + id)).text("state"), "opened");
}

TEST_F(FindingRoutes, PageTheList) {
  std::vector<std::string> opened;
  for (int i = 0; i < 5; ++i) opened.insert(opened.begin(), open(i));
  const auto first = ask("analyst", "GET", path("?limit=3"));
  ASSERT_EQ(first.status, 200);
  const auto next = first.text("next");
  EXPECT_THAT(listed("analyst", "?limit=3"), ElementsAre(opened[0], opened[1], opened[2]));
  open(9);
  EXPECT_THAT(listed("analyst", "?limit=3&cursor=" + next), ElementsAre(opened[3], opened[4]));
  EXPECT_EQ(ask("analyst", "GET", path("?cursor=" + next)).text("next"), "");
  EXPECT_THAT(listed("analyst", "?state=resolved"), ElementsAre());
}

}  // namespace
}  // namespace countersign::api
