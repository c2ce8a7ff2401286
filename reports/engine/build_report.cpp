#include "reports/engine/build_report.h"

#include "ledger/base/json.h"
#include "reports/engine/cited.h"
#include "reports/engine/clauses.h"
#include "reports/engine/parameters.h"
#include "reports/engine/responses.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

constexpr unsigned kThreadsMost = 4;  ///< of a report: the collector goes on beside it

/// What the tenant's policy of the end of the period sets.
base::Result<std::vector<std::string>> settings_of(Workspace& workspace) {
  TRY_ASSIGN(auto rows, workspace.connection().prepare(
                            "SELECT value FROM policies, json_each(document, '$.monitoring.parameters')"
                            " WHERE valid_from < ?1 AND valid_until >= ?1"));
  rows.bind(1, workspace.scope().until.micros);
  std::vector<std::string> out;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return out;
    out.emplace_back(rows.text(0));
  }
}

/// Takes out the controls and detections that are not asked for.
base::Result<void> keep_only(std::vector<Definition>& definitions,
                             const std::set<std::string, std::less<>>& ids) {
  if (ids.empty()) return {};
  for (const auto& id : ids) {
    const bool known = std::any_of(definitions.begin(), definitions.end(), [&](const Definition& one) {
      return one.id == id && one.kind != Kind::listing;
    });
    if (!known) return fail(Code::invalid_argument, fmt::format("there is no control '{}'", id));
  }
  std::erase_if(definitions,
                [&](const Definition& one) { return one.kind != Kind::listing && !ids.contains(one.id); });
  return {};
}

/// The clauses of the report with the controls that support each; those that were asked for, or all.
base::Result<std::vector<Clause>> clauses_of(const std::vector<Definition>& definitions,
                                             const ReportRequest& request) {
  if (framework_title(request.framework).empty())
    return fail(Code::invalid_argument, fmt::format("'{}' is no framework; known are {}", request.framework,
                                                    fmt::join(frameworks(), ", ")));
  std::set<std::string, NaturalOrder> known;
  for (const auto& one : definitions) {
    const auto found = one.criteria.find(request.framework);
    if (found != one.criteria.end()) known.insert(found->second.begin(), found->second.end());
  }
  std::vector<Clause> out;
  for (const auto& id : known) {
    const bool wanted =
        request.criteria.empty() ||
        std::find(request.criteria.begin(), request.criteria.end(), id) != request.criteria.end();
    if (!wanted) continue;
    Clause clause{id, std::string(clause_title(request.framework, id)), {}};
    for (const auto& one : definitions) {
      if (one.supports(request.framework, id)) clause.controls.push_back(one.id);
    }
    out.push_back(std::move(clause));
  }
  for (const auto& id : request.criteria) {
    if (!known.contains(id))
      return fail(Code::invalid_argument,
                  fmt::format("no control supports '{}' of {}; known are {}", id,
                              framework_title(request.framework), fmt::join(known, ", ")));
  }
  return out;
}

/// To the second.
std::string time_text(base::Timestamp time) { return base::format_rfc3339(time).substr(0, 19) + "Z"; }

/// What the first page says of the period, so that nothing passes silently.
std::vector<std::string> warnings_of(const Workspace& workspace, const Report& report) {
  std::vector<std::string> out;
  const auto& scope = workspace.scope();
  if (report.events_in_period == 0)
    out.emplace_back("No event in the period: nothing was tested, and nothing follows from that.");
  if (report.events > 0 && workspace.known_from() > scope.from)
    out.push_back(
        fmt::format("The period begins before the records do: nothing is known of the time from {} to {}, "
                    "when the first record was received.",
                    time_text(scope.from), time_text(workspace.known_from())));
  if (report.as_of.time < scope.until)
    out.push_back(
        fmt::format("The period ends after the records do: what was received after {}, when the log was "
                    "signed, is not in it.",
                    time_text(report.as_of.time)));
  const auto missing = report.end_seq - report.first_seq - report.events;
  if (missing > 0)
    out.push_back(fmt::format(
        "{} records of the log are no longer kept (retention): what they said was not tested.", missing));
  if (!report.system_log)
    out.emplace_back(
        "The system log has no signed state yet: policies were taken to be the default ones, and nothing is "
        "known of what was done to the appliance.");
  const auto untested =
      std::count_if(report.controls.begin(), report.controls.end(),
                    [](const ControlResult& one) { return one.outcome == Outcome::nothing_to_test; });
  if (untested > 0)
    out.push_back(fmt::format("{} of {} controls had nothing to test in the period: they did not pass.",
                              untested, report.controls.size()));
  return out;
}

/// What comes of one definition.
struct Tested {
  std::optional<ControlResult> control;
  std::optional<Listing> listing;
  std::vector<Sample> samples;
};

base::Result<Tested> test_one(Workspace& workspace, const Definition& definition,
                              const ReportRequest& request) {
  Tested out;
  if (definition.kind == Kind::listing) {
    TRY_ASSIGN(out.listing, run_listing(workspace, definition, request.limits));
    return out;
  }
  TRY_ASSIGN(const auto population, read_population(workspace, definition));
  TRY_ASSIGN(out.control, run_control(workspace, definition, population, request.limits));
  for (auto sample : request.samples) {
    if (!sample.control.empty() && sample.control != definition.id) continue;
    sample.control = definition.id;
    out.samples.push_back(draw(population, sample));
  }
  return out;
}

/// Hands definitions to threads, one after another, and gathers what comes of them in their order. Of several
/// errors that of the first definition is told.
class Testing {
 public:
  Testing(const std::vector<Definition>& definitions, const ReportRequest& request,
          const ReportProgress& progress)
      : definitions_(definitions), request_(request), progress_(progress), results_(definitions.size()) {}

  void work(Workspace& workspace) {
    while (const auto at = take()) {
      auto result = test_one(workspace, definitions_[*at], request_);
      const std::lock_guard guard(mutex_);
      failed_ = failed_ || !result;
      results_[*at] = std::move(result);
    }
  }

  base::Result<std::vector<Tested>> take_results() {
    std::vector<Tested> out;
    for (auto& one : results_) {
      if (!one) continue;
      if (!*one) return fail(one->error());
      out.push_back(std::move(**one));
    }
    return out;
  }

 private:
  std::optional<std::size_t> take() {
    const std::lock_guard guard(mutex_);
    if (failed_ || next_ == definitions_.size()) return std::nullopt;
    if (progress_) progress_(definitions_[next_].id, next_, definitions_.size());
    return next_++;
  }

  const std::vector<Definition>& definitions_;
  const ReportRequest& request_;
  const ReportProgress& progress_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  bool failed_ = false;
  std::vector<std::optional<base::Result<Tested>>> results_;
};

base::Result<std::vector<Tested>> test_all(Workspace& workspace, const std::vector<Definition>& definitions,
                                           const ReportRequest& request, const ReportProgress& progress) {
  std::vector<Workspace> forks;
  const auto threads = std::clamp(std::thread::hardware_concurrency(), 1U, kThreadsMost);
  while (workspace.can_fork() && forks.size() + 1 < threads) {
    TRY_ASSIGN(auto fork, workspace.fork());
    forks.push_back(std::move(fork));
  }
  Testing testing(definitions, request, progress);
  {
    std::vector<std::jthread> others;
    others.reserve(forks.size());
    for (auto& fork : forks) others.emplace_back([&] { testing.work(fork); });
    testing.work(workspace);
  }
  return testing.take_results();
}

}  // namespace

base::Result<Report> build_report(Workspace& workspace, const Catalogue& catalogue,
                                  const ReportRequest& request, const ReportProgress& progress) {
  auto definitions = catalogue.definitions();
  TRY_ASSIGN(const auto settings, settings_of(workspace));
  std::vector<std::string> unused;
  for (const auto& one : settings) {
    // It was right for the controls of its time.
    const auto set = set_parameters(definitions, {one});
    if (!set) unused.push_back(set.error().message);
  }
  TRY(keep_only(definitions, request.only));
  const auto& scope = workspace.scope();
  Report out;
  out.tenant = scope.tenant.value();
  out.region = request.region;
  out.log = request.log;
  out.framework = request.framework;
  out.criteria = request.criteria;
  out.from = scope.from;
  out.until = scope.until;
  out.first_seq = scope.first_seq;
  out.end_seq = scope.end_seq;
  out.events = workspace.events();
  out.events_in_period = workspace.events_in_period();
  if (out.events > 0) {
    out.first_received = workspace.known_from();
    out.last_received = workspace.known_until();
  }
  out.as_of = request.as_of;
  out.system_log = request.system_log;
  out.workspace_sql = workspace.sql();
  TRY_ASSIGN(out.clauses, clauses_of(definitions, request));
  std::set<std::string> wanted;
  for (const auto& clause : out.clauses) wanted.insert(clause.controls.begin(), clause.controls.end());
  for (const auto& sample : request.samples) {
    if (!sample.control.empty() && !wanted.contains(sample.control))
      return fail(Code::invalid_argument,
                  fmt::format("the report has no control '{}' to draw a sample of", sample.control));
  }
  TRY_ASSIGN(const auto responses, read_responses(workspace));
  const auto is_wanted = [&](const Definition& one) {
    return one.kind == Kind::listing ? request.listings : wanted.contains(one.id);
  };
  definitions.erase(std::remove_if(definitions.begin(), definitions.end(), std::not_fn(is_wanted)),
                    definitions.end());
  TRY_ASSIGN(auto tested, test_all(workspace, definitions, request, progress));
  for (auto& one : tested) {
    if (one.listing) out.listings.push_back(std::move(*one.listing));
    if (!one.control) continue;
    for (auto& exception : one.control->exceptions) {
      exception.finding = finding_id(out.tenant, one.control->control.id, exception.item);
      const auto found = responses.find(exception.finding);
      if (found != responses.end()) exception.response = found->second;
    }
    out.controls.push_back(std::move(*one.control));
    std::move(one.samples.begin(), one.samples.end(), std::back_inserter(out.samples));
  }
  TRY(cite_records(workspace, out));
  out.warnings = warnings_of(workspace, out);
  for (const auto& one : unused)
    out.warnings.push_back(
        fmt::format("The policy sets a parameter that these controls do not have: {}.", one));
  return out;
}

}  // namespace countersign::reports
