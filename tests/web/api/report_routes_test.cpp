#include "web/api/report_routes.h"

#include "ledger/base/json.h"
#include "tests/support/temp_dir.h"
#include "web/api/controls_document.h"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>

namespace countersign::api {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPath = "/v1/tenants/acme/reports";
constexpr const char* kYear = R"("from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z")";

/// The routes of reports, whose maker is the test's; who asks is a person whose session needs no password.
class ReportRoutes : public ::testing::Test {
 protected:
  ReportRoutes()
      : service_([](const base::RegionId&) { return nullptr; }, {}, metrics_,
                 std::make_shared<const ingest::Registry>()),
        people_(*People::start({folder_ / "accounts.sqlite",
                                {},
                                {},
                                base::system_clock(),
                                crypto::system_entropy(),
                                {},
                                [](const auth::Account*, std::string_view, boost::json::object) {
                                  return base::Result<void>();
                                }})),
        reports_(*people_, access(),
                 [this](const base::RegionId&, const ReportOrder& order, const boost::json::object& members) {
                   return make(order, members);
                 }) {
    const auto path = folder_ / "registry";
    EXPECT_TRUE(
        ingest::add_tenant(path, base::TenantId("acme"), base::RegionId("eu-1"), {}, base::system_clock()));
    auto loaded = ingest::Registry::load(path);
    EXPECT_TRUE(loaded);
    auto registry = std::make_shared<const ingest::Registry>(std::move(*loaded));
    service_.set_registry(registry);
    who_ = std::make_shared<ingest::Operator>();
    who_->name = "ana";
    who_->role = ingest::Role::analyst;
    who_->tenants = {base::TenantId("acme")};
    person_ = std::make_shared<endpoints::SignedIn>();
    person_->session = "none";
    reports_.add_routes(router_,
                        {service_, base::system_clock(), [this](const http::RequestHead&) {
                           return std::optional(endpoints::Asker{service_.registry(), who_, person_});
                         }});
    handler_ = router_.handler();
  }

  EvidenceAccess access() {
    return {[this](const base::RegionId&) { return std::optional(store::RegionFiles{folder_ / "eu-1"}); },
            {},
            [] { return std::vector<base::RegionId>(); },
            {}};
  }
  base::Result<std::string> make(const ReportOrder&, const boost::json::object&) {
    ++made_;
    return std::string("{}");
  }

  http::Response ask(const std::string& body, const std::string& method = "POST",
                     const std::string& path = kPath) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.fields = {{"Content-Type", "application/json"}};
    request.body = body;
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    handler_.handle(std::move(request),
                    [promise](http::Response got) { promise->set_value(std::move(got)); });
    EXPECT_EQ(future.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    return future.get();
  }
  int status(const std::string& more) { return ask("{" + std::string(kYear) + more + "}").status; }

  testing::TempDir folder_;
  base::Metrics metrics_;
  ingest::IngestService service_;
  std::unique_ptr<People> people_;
  std::atomic<int> made_{0};
  std::shared_ptr<ingest::Operator> who_;
  std::shared_ptr<endpoints::SignedIn> person_;
  Reports reports_;
  http::Router router_;
  http::Handler handler_;
};

TEST_F(ReportRoutes, SayWhatIsWrongWithAnOrderBeforeASecondFactorIsUsed) {
  for (const auto* more :
       {R"(,"format":"doc")", R"(,"framework":"cobit")", R"(,"oscal_version":"9.9.9")",
        R"(,"criteria":"CC6.1")", R"(,"criteria":[7])", R"(,"samples":["random:25"])",
        R"(,"samples":["some"],"seed":"s")", R"(,"samples":["OTP-LIFETIME=random:0"],"seed":"s")",
        R"(,"seed":7)", R"(,"more":1)"})
    EXPECT_EQ(status(more), 422) << more;
  EXPECT_EQ(ask("{}").status, 422);
  EXPECT_EQ(ask(R"({"from":"2027-01-01T00:00:00Z","to":"2026-01-01T00:00:00Z"})").status, 422);
  EXPECT_EQ(ask("[]").status, 400);
  const auto good = ask("{" + std::string(kYear) + R"(,"samples":["OTP-LIFETIME=random:5"],"seed":"s"})");
  EXPECT_EQ(good.status, 403);
  EXPECT_THAT(good.body, HasSubstr(kSecondFactorProblem))
      << "and a session without a fresh one is refused then";
  EXPECT_EQ(made_, 0);
}

TEST_F(ReportRoutes, GiveNoReportToATokenToAnotherTenantOrOutsideOfThePeriod) {
  person_->period = ingest::Period{*base::parse_rfc3339("2026-02-01T00:00:00Z"),
                                   *base::parse_rfc3339("2027-01-01T00:00:00Z")};
  auto refused = ask("{" + std::string(kYear) + "}");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("ask for a period within it"));
  person_ = nullptr;
  refused = ask("{" + std::string(kYear) + "}");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("a token shows no second factor"));
  for (const auto* path : {"/v1/tenants/globex/reports", "/v1/tenants/_system/reports"})
    EXPECT_EQ(ask("{" + std::string(kYear) + "}", "POST", path).status, 403) << path;
  who_->role = ingest::Role::application;
  EXPECT_EQ(ask("", "GET", "/v1/controls").status, 403);
  EXPECT_EQ(made_, 0);
}

TEST_F(ReportRoutes, ListTheCatalogueWithItsQueries) {
  const auto answer = ask("", "GET", "/v1/controls");
  ASSERT_EQ(answer.status, 200);
  const auto parsed = base::parse_json(answer.body, {.depth_max = 16});
  ASSERT_TRUE(parsed);
  const auto& all = parsed->value.at("controls").as_array();
  EXPECT_EQ(all.size(), reports::Catalogue::built_in().definitions().size());
  bool seen = false;
  for (const auto& one : all) {
    const bool listing = one.at("kind").as_string() == "listing";
    EXPECT_EQ(one.at("queries").as_object().contains("rows"), listing) << one.at("id").as_string();
    EXPECT_EQ(one.as_object().contains("severity"), !listing);
    if (one.at("id").as_string() != "STEP-UP-MISSING") continue;
    seen = true;
    const auto* control = reports::Catalogue::built_in().find("STEP-UP-MISSING");
    EXPECT_EQ(one.at("queries").at("exceptions").at("sql").as_string(), control->exceptions.sql);
    EXPECT_EQ(one.at("parameters").as_array().size(), control->parameters.size());
    EXPECT_EQ(one.at("criteria").at("soc2").as_array().size(), control->criteria.at("soc2").size());
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace countersign::api
