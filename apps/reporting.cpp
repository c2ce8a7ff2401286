#include "apps/reporting.h"

#include "apps/policy_past.h"
#include "apps/system_events.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/store/signed_state.h"
#include "reports/engine/report_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

reports::LogState state_of(const store::SignedState& state) {
  return {state.head.name.text, state.checkpoint.size, state.checkpoint.root, {state.time * 1'000'000}};
}

/// Waits for the index, which follows the log by a moment.
base::Result<reports::Workspace> workspace_of(const std::filesystem::path& index,
                                              const reports::Workspace::Logs& logs,
                                              const reports::Scope& scope,
                                              const policy::TenantHistory& policies) {
  constexpr std::chrono::seconds kPatience{10};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto workspace = reports::Workspace::of_index(index, logs, scope, policies);
    if (workspace || workspace.error().code != Code::unavailable || std::chrono::steady_clock::now() > until)
      return workspace;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

/// What a report is made of, but for the policies.
struct Making {
  store::LedgerReader ledger;
  std::filesystem::path index;
  reports::Catalogue catalogue;
  reports::Scope scope;
  reports::ReportRequest request;
  std::optional<store::SignedState> system;
  reports::Workspace::Logs logs;
  policy::TenantHistory policies;  ///< that the records tell of
};

base::Result<Making> begin_report(const Config& config, const base::RegionId& region,
                                  const ReportOptions& options) {
  const auto files = config.region_files(region);
  const base::TenantId tenant(options.tenant);
  reports::Scope scope{tenant, {}, {}, 0, 0, 0};
  TRY_ASSIGN(scope.from, base::parse_rfc3339(options.from));
  TRY_ASSIGN(scope.until, base::parse_rfc3339(options.to));
  if (scope.until <= scope.from) return fail(Code::invalid_argument, "the period ends before it begins");
  reports::ReportRequest request;
  TRY_ASSIGN(request.samples, read_samples(options));
  request.framework = options.framework;
  request.criteria = options.criteria;
  request.only = options.only;
  request.listings = options.only.empty();
  TRY_ASSIGN(auto catalogue, read_catalogue(options.controls));
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  TRY(ledger.log(tenant));
  TRY_ASSIGN(const auto state, store::newest_signed_state(ledger, tenant));
  if (!state)
    return fail(
        Code::failed_precondition,
        fmt::format(
            "no checkpoint covers the records of {} yet: try again in a few seconds, while the daemon "
            "runs",
            options.tenant));
  TRY_ASSIGN(auto system,
             store::newest_signed_state(ledger, base::TenantId(std::string(base::kSystemTenant))));
  scope.end_seq = state->checkpoint.size;
  scope.system_size = system ? system->checkpoint.size : 0;
  request.region = region.value();
  request.log = state->head.name.text;
  request.as_of = state_of(*state);
  TRY_ASSIGN(auto policies, read_policy_history(files, tenant, scope.system_size));
  const reports::Workspace::Logs logs{state->head.number, system ? system->head.number : -1};
  return Making{std::move(ledger), files.index(), std::move(catalogue), std::move(scope), std::move(request),
                std::move(system), logs,          std::move(policies)};
}

base::Result<reports::Report> report_by(Making& making, const policy::TenantHistory& policies,
                                        const reports::ReportProgress& progress) {
  TRY_ASSIGN(auto workspace, workspace_of(making.index, making.logs, making.scope, policies));
  if (making.system) {
    // What was recorded since and does not concern the tenant changes nothing.
    const base::TenantId system_tenant{std::string(base::kSystemTenant)};
    TRY_ASSIGN(const auto used,
               store::signed_state_covering(making.ledger, system_tenant, workspace.system_end()));
    making.request.system_log = state_of(used ? *used : *making.system);
  }
  return reports::build_report(workspace, making.catalogue, making.request, progress);
}

}  // namespace

base::Result<reports::Catalogue> read_catalogue(const std::string& folder) {
  if (folder.empty()) return reports::Catalogue::built_in();
  return reports::Catalogue::with_folder(folder);
}

base::Result<std::vector<reports::SampleRequest>> read_samples(const ReportOptions& options) {
  std::vector<reports::SampleRequest> out;
  if (!options.samples.empty() && options.seed.empty())
    return fail(Code::invalid_argument, "a sample needs a seed, which the auditor chooses: give --seed");
  for (const auto& text : options.samples) {
    const auto equals = text.find('=');
    const auto rest = equals == std::string::npos ? text : text.substr(equals + 1);
    TRY_ASSIGN(auto sample, reports::parse_sample(rest, options.seed));
    if (equals != std::string::npos) sample.control = text.substr(0, equals);
    out.push_back(std::move(sample));
  }
  return out;
}

base::Result<Reported> make_report(const Config& config, const base::RegionId& region,
                                   const ReportOptions& options, const reports::ReportProgress& progress) {
  TRY_ASSIGN(auto making, begin_report(config, region, options));
  TRY_ASSIGN(auto report, report_by(making, making.policies, progress));
  reports::Run run{base::system_clock()(),
                   options.requested_by,
                   "countersign " COUNTERSIGN_VERSION,
                   making.logs.tenant,
                   {}};
  if (making.system) run.system_log_number = making.logs.system;
  return Reported{std::move(report), std::move(run)};
}

base::Result<ReportedTwice> report_twice(const Config& config, const base::RegionId& region,
                                         const ReportOptions& options, const boost::json::object& policy,
                                         std::size_t exceptions_most) {
  TRY_ASSIGN(auto making, begin_report(config, region, options));
  making.request.listings = false;
  making.request.limits.exceptions_shown = exceptions_most;
  TRY_ASSIGN(auto now, report_by(making, making.policies, nullptr));
  TRY_ASSIGN(auto then, report_by(making, policy::TenantHistory::always(policy), nullptr));
  return ReportedTwice{std::move(now), std::move(then), making.policies.in_force(making.scope.until)};
}

base::Result<void> note_the_report(const Config& config, const base::RegionId& region,
                                   const ReportOptions& options, const Reported& reported) {
  const auto& controls = reported.report.controls;
  const auto failed = std::count_if(controls.begin(), controls.end(), [](const reports::ControlResult& one) {
    return one.outcome == reports::Outcome::exceptions;
  });
  const auto hash = crypto::sha256(reports::to_json_text(reported.report));
  auto members = options.asked_by;
  members["action"] = {
      {"name", "report"},
      {"resource", options.tenant},
      {"context", fmt::format("{} {}, occurred {} to {}, {} controls, {} with exceptions, sha256={}",
                              options.framework, fmt::join(options.criteria, ","), options.from, options.to,
                              controls.size(), failed, base::to_hex(hash.view()))}};
  return leave_in_outbox(config.region_files(region), system_event_now("report.performed", members));
}

}  // namespace countersign::apps
