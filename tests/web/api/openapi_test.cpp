#include "collector/endpoints/openapi.h"

#include "collector/endpoints/routes.h"
#include "ledger/base/json.h"
#include "tests/support/temp_dir.h"
#include "web/admin/administration.h"
#include "web/api/bundles.h"
#include "web/api/evidence.h"
#include "web/api/finding_routes.h"
#include "web/api/oidc_routes.h"
#include "web/api/overview_routes.h"
#include "web/api/people.h"
#include "web/api/report_routes.h"
#include "web/api/scim_routes.h"
#include "web/decisions/decisions.h"
#include "web/procurement/access_request_routes.h"
#include "web/procurement/document_routes.h"
#include "web/procurement/questionnaire_routes.h"
#include "web/procurement/trust_routes.h"
#include "web/standing/preview_routes.h"
#include "web/standing/standing_routes.h"
#include "web/tlog/log_routes.h"
#include "web/tlog/mirror_routes.h"
#include "web/witness/witness_routes.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::api {
namespace {

namespace json = boost::json;

using Names = std::set<std::string>;

std::string text(json::string_view from) { return {from.data(), from.size()}; }

json::object document() {
  auto parsed = base::parse_json(endpoints::kOpenApi, {.depth_max = 32});
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  EXPECT_TRUE(parsed->duplicates.empty());
  return parsed->value.as_object();
}

/// Everything that the daemon answers, put together as it does, with nothing behind.
class Appliance {
 public:
  Appliance()
      : service_([](const base::RegionId&) { return nullptr; }, {}, metrics_,
                 std::make_shared<const ingest::Registry>()),
        people_(*People::start({folder_ / "accounts.sqlite",
                                {},
                                {},
                                base::system_clock(),
                                crypto::system_entropy(),
                                {},
                                record_nothing})),
        bundles_(*people_, access_, {}, {}),
        findings_(access_, {}, base::system_clock()),
        reports_(*people_, access_, {}),
        administration_({}, *people_),
        documents_({}, 0, *people_, readers_),
        questionnaires_({}, 0, *people_, readers_),
        access_requests_({}, {}, *people_) {}

  /// `POST /v1/events`, for each route.
  Names routes() {
    const endpoints::Reception reception{service_, base::system_clock(), people_->by_session(service_)};
    auto router = endpoints::make_router(reception, metrics_, [] { return true; });
    add_session(router, *people_);
    add_factors(router, *people_);
    add_oidc(router, *people_, providers_);
    add_records(router, reception, *people_, access_, readers_);
    bundles_.add_routes(router, reception);
    findings_.add_routes(router, reception);
    reports_.add_routes(router, reception);
    decisions::add_decisions(router, reception, {});
    add_tenants(router, reception, access_);
    add_record_facts(router, reception, access_, readers_);
    add_overview(router, reception, access_, facts_, readers_);
    standing::add_standing(router, reception, access_, standing_, readers_);
    previews_.add_routes(router, reception);
    administration_.add_routes(router, reception);
    add_scim(router, reception, {scim_, rights_, *people_, {}, readers_});
    logs_.add_routes(router, reception);
    mirrors_.add_routes(router, reception);
    documents_.add_routes(router, reception);
    questionnaires_.add_routes(router, reception);
    access_requests_.add_routes(router, reception);
    trust_.add_routes(router);
    witnessing::add_witness(router, nullptr, readers_, metrics_);
    Names out;
    for (auto [method, pattern] : router.patterns()) {
      // What stands for the rest of a path is a parameter like others in the document.
      if (pattern.ends_with("...}")) pattern.erase(pattern.size() - 4, 3);
      out.insert(method + " " + pattern);
    }
    return out;
  }

 private:
  static base::Result<void> record_nothing(const auth::Account*, std::string_view, json::object) {
    return {};
  }

  testing::TempDir folder_;
  base::Metrics metrics_;
  ingest::IngestService service_;
  std::unique_ptr<People> people_;
  OidcProviders providers_{{}, {}, base::system_clock(), crypto::system_entropy()};
  EvidenceAccess access_{[](const base::RegionId&) { return std::optional<store::RegionFiles>(); },
                         {},
                         [] { return std::vector<base::RegionId>(); },
                         {}};
  Bundles bundles_;
  Findings findings_;
  Reports reports_;
  const OverviewFacts facts_{};
  const standing::Calls standing_{};
  standing::Previews previews_{access_, {}, {}};
  admin::Administration administration_;
  tlog::LogRoutes logs_{access_, "evidence.example.com", {}};
  tlog::MirrorRoutes mirrors_{access_, {}};
  Desk readers_{1, std::chrono::minutes(1), {}};
  procurement::DocumentRoutes documents_;
  procurement::QuestionnaireRoutes questionnaires_;
  procurement::AccessRequestRoutes access_requests_;
  const procurement::TrustBoard board_{{{"Example", "", true, {}}}, {}};
  procurement::TrustRoutes trust_{{}, board_, readers_, metrics_, base::system_clock()};
  const scim::Service scim_{{}};
  const std::vector<auth::GroupRights> rights_;
};

struct Operation {
  std::string name;  ///< `POST /v1/events`
  json::object path, self;
};

std::vector<Operation> operations() {
  std::vector<Operation> out;
  const auto all = document();
  for (const auto& path : all.at("paths").as_object()) {
    for (const auto& member : path.value().as_object()) {
      auto method = text(member.key());
      if (method == "parameters") continue;
      std::transform(method.begin(), method.end(), method.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      out.push_back({method + " " + text(path.key()), path.value().as_object(), member.value().as_object()});
    }
  }
  return out;
}

Names without(const Names& all, const Names& others) {
  Names out;
  std::set_difference(all.begin(), all.end(), others.begin(), others.end(), std::inserter(out, out.end()));
  return out;
}

TEST(OpenApi, NamesEveryRouteAndNoOther) {
  const auto served = Appliance().routes();
  Names described;
  for (const auto& one : operations()) described.insert(one.name);
  EXPECT_EQ(without(served, described), Names()) << "served and not described";
  EXPECT_EQ(without(described, served), Names()) << "described and not served";
}

TEST(OpenApi, NamesEachVaryingPartOfAPath) {
  for (const auto& one : operations()) {
    Names in_path, named;
    for (auto rest = std::string_view(one.name); rest.find('{') != std::string_view::npos;) {
      rest.remove_prefix(rest.find('{') + 1);
      in_path.emplace(rest.substr(0, rest.find('}')));
    }
    for (const auto* from : {&one.path, &one.self}) {
      const auto* parameters = from->if_contains("parameters");
      if (parameters == nullptr) continue;
      for (const auto& parameter : parameters->as_array()) {
        if (parameter.at("in").as_string() == "path") named.insert(text(parameter.at("name").as_string()));
      }
    }
    EXPECT_EQ(named, in_path) << one.name;
  }
}

TEST(OpenApi, SaysOfEachRouteWhoMayAskAndAsksForATokenWhereASessionChangesSomething) {
  const auto all = document();
  const auto& schemes = all.at("components").at("securitySchemes").as_object();
  for (const auto& one : operations()) {
    const auto* security = one.self.if_contains("security");
    ASSERT_NE(security, nullptr) << one.name;
    const bool reads = one.name.starts_with("GET ");
    for (const auto& way : security->as_array()) {
      for (const auto& scheme : way.as_object())
        EXPECT_TRUE(schemes.contains(scheme.key())) << one.name << ": " << scheme.key();
      EXPECT_EQ(way.as_object().contains("csrf"), !reads && way.as_object().contains("session")) << one.name;
    }
    if (!security->as_array().empty()) {
      EXPECT_TRUE(one.self.at("responses").as_object().contains("401")) << one.name;
    }
  }
}

TEST(OpenApi, GivesEachOperationANameOfItsOwn) {
  Names ids;
  for (const auto& one : operations())
    EXPECT_TRUE(ids.insert(text(one.self.at("operationId").as_string())).second) << one.name;
}

}  // namespace
}  // namespace countersign::api
