#include "apps/daemon/report_office.h"

#include "apps/daemon/verifying.h"
#include "apps/daemon/witness/standings.h"
#include "apps/policy_check.h"
#include "apps/report_formats.h"
#include "apps/reporting.h"
#include "apps/system_events.h"
#include "collector/endpoints/policy_document.h"
#include "ledger/base/json.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

/// Exceptions of one control that are compared.
constexpr std::size_t kJudgedMost = 10'000;

api::FindingAppend append_of(const std::vector<std::unique_ptr<Region>>& regions) {
  return [&regions](const base::RegionId& id,
                    const std::vector<boost::json::object>& events) -> base::Result<void> {
    for (const auto& region : regions) {
      if (region->id() == id) return append_system_events(region->appender(), events);
    }
    return base::fail(base::Code::not_found, fmt::format("the region {} is not kept here", id.value()));
  };
}

api::ReportMaker maker_of(const Config& config) {
  return [config](const base::RegionId& region, const api::ReportOrder& order,
                  const boost::json::object& members) -> base::Result<std::string> {
    ReportOptions options;
    options.tenant = order.tenant;
    options.from = order.from;
    options.to = order.to;
    options.framework = order.framework;
    options.criteria = order.criteria;
    options.samples = order.samples;
    options.seed = order.seed;
    options.requested_by = "account " + order.asked_by;
    options.asked_by = members;
    TRY_ASSIGN(const auto how, choose_format(order.format, {}, order.oscal_version));
    TRY_ASSIGN(const auto reported, make_report(config, region, options, nullptr));
    TRY_ASSIGN(auto content, render_report(reported.report, reported.run, how));
    TRY(note_the_report(config, region, options, reported));
    return content;
  };
}

standing::JudgeTwice judge_of(const Config& config) {
  return [config](const base::RegionId& region,
                  const ingest::Tenant& wished) -> base::Result<standing::JudgedTwice> {
    TRY_ASSIGN(auto parsed, base::parse_json(endpoints::policy_document(wished), {}));
    auto policy = std::move(parsed.value.as_object());
    policy.erase("tenant");
    policy.erase("region");
    const auto options = last_days_of(wished.id, base::system_clock()());
    TRY_ASSIGN(auto twice, report_twice(config, region, options, policy, kJudgedMost));
    return standing::JudgedTwice{std::move(twice.now), std::move(twice.then), std::move(twice.policy),
                                 std::move(policy)};
  };
}

/// What the last test of a tenant's controls found, in sums.
api::Standing sums_of(const standing::Run& run) {
  api::Standing out{run.time, run.from, run.until};
  for (const auto& [id, one] : run.controls) {
    auto& sum = one.state == "passing"   ? out.passing
                : one.state == "failing" ? out.failing
                                         : out.nothing_to_test;
    ++sum;
  }
  return out;
}

api::OverviewFacts facts_of(const Config& config, ControlRuns& runs) {
  return {!config.timestamp.url.empty(),
          [config](const base::RegionId& region) { return newest_verification(config.region_files(region)); },
          [&runs](const base::RegionId& region,
                  const base::TenantId& tenant) -> base::Result<std::optional<api::Standing>> {
            TRY_ASSIGN(const auto last, runs.book(region).newest(tenant));
            return last ? std::optional(sums_of(*last)) : std::nullopt;
          },
          base::system_clock(),
          base::system_clock()(),
          [config](const base::RegionId& region, const base::LogName& log) {
            return witness_standings(config, region, log);
          },
          [config](const base::LogName& log) { return standing_alarms(config, log); }};
}

}  // namespace

ReportOffice::ReportOffice(const Config& config, api::People& people, const api::EvidenceAccess& access,
                           const std::vector<std::unique_ptr<Region>>& regions,
                           ControlRuns::FindRegistry registry, base::Metrics& metrics)
    : access_(access),
      findings_(access, append_of(regions), base::system_clock()),
      reports_(people, access, maker_of(config)),
      previews_(access, check_policy, judge_of(config)),
      control_runs_(config, registry, metrics, base::system_clock()),
      control_watch_(
          config, std::move(registry),
          [this](const base::RegionId& region) -> standing::Book& { return control_runs_.book(region); },
          metrics, base::system_clock(), {}),
      standing_(control_runs_.calls()),
      facts_(facts_of(config, control_runs_)) {}

void ReportOffice::add_routes(http::Router& router, const endpoints::Reception& reception) {
  findings_.add_routes(router, reception);
  reports_.add_routes(router, reception);
  previews_.add_routes(router, reception);
  api::add_tenants(router, reception, access_);
  api::add_record_facts(router, reception, access_, readers_);
  api::add_overview(router, reception, access_, facts_, readers_);
  standing::add_standing(router, reception, access_, standing_, readers_);
}

void ReportOffice::stop() {
  control_watch_.stop();
  control_runs_.stop();
  previews_.stop();
  readers_.stop();
  findings_.stop();
  reports_.stop();
}

}  // namespace countersign::apps
