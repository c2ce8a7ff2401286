#include "reports/render/oscal.h"

#include "ledger/crypto/digest.h"
#include "reports/render/oscal_findings.h"
#include "reports/render/oscal_observations.h"
#include "reports/render/oscal_parts.h"
#include "reports/render/oscal_resources.h"
#include "reports/render/oscal_risks.h"
#include "reports/render/oscal_statements.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace countersign::render {
namespace {

using namespace oscal;

std::string period_of(const reports::Report& report) {
  return fmt::format("{} to {}", base::format_rfc3339(report.from), base::format_rfc3339(report.until));
}

json::object metadata(const Document& document) {
  const auto& report = document.report;
  std::vector<std::string> clauses;
  for (const auto& clause : report.clauses) clauses.push_back(clause.id);
  return {
      {"title", markup(fmt::format("Management's evidence and control-test results for {} {}",
                                   reports::framework_title(report.framework),
                                   fmt::join(report.criteria.empty() ? clauses : report.criteria, ", ")))},
      {"last-modified", document.time()},
      {"version", std::to_string(report.as_of.size)},
      {"oscal-version", document.options.oscal_version},
      {"props", scope_properties(report)},
      {"roles", json::array{json::object{{"id", "prepared-for"}, {"title", "Whose evidence this is"}}}},
      {"parties", json::array{json::object{
                      {"uuid", document.party()}, {"type", "organization"}, {"name", line(report.tenant)}}}},
      {"responsible-parties", json::array{json::object{{"role-id", "prepared-for"},
                                                       {"party-uuids", json::array{document.party()}}}}},
  };
}

/// Clauses as OSCAL selects them, each once. Those of `report` that `control` supports, or all.
json::object selection(const reports::Report& report, const reports::Definition* control) {
  std::set<std::string> seen;
  json::array ids;
  for (const auto& clause : report.clauses) {
    const bool supported = control == nullptr || std::find(clause.controls.begin(), clause.controls.end(),
                                                           control->id) != clause.controls.end();
    auto id = control_id(report.framework, clause.id);
    if (supported && seen.insert(id).second) ids.push_back(json::object{{"control-id", std::move(id)}});
  }
  json::object out;
  put(out, "include-controls", std::move(ids));
  return out;
}

json::array activities(const Document& document) {
  json::array out;
  for (const auto& result : document.report.controls) {
    const auto& control = result.control;
    json::object activity{
        {"uuid", document.uuids.of({"activity", control.id})},
        {"title", fmt::format("{}: {}", markup(control.id), markup(control.title))},
        {"description", markup(control.procedure)},
        {"props", json::array{oscal_property("method", "TEST"), property("control", control.id)}},
    };
    if (auto selected = selection(document.report, &control); !selected.empty()) {
      activity["related-controls"] = json::object{{"control-selections", json::array{std::move(selected)}}};
    }
    out.push_back(std::move(activity));
  }
  return out;
}

json::object component(std::string uuid, std::string_view type, std::string title,
                       std::string_view description) {
  return {{"uuid", std::move(uuid)},
          {"type", type},
          {"title", std::move(title)},
          {"description", description},
          {"status", json::object{{"state", "operational"}}}};
}

json::object local_definitions(const Document& document) {
  auto software =
      component(document.software(), "software", "Countersign",
                "Collects the events, keeps them in the log, and ran the tests over its records.");
  if (!document.options.software.empty()) {
    software["props"] = json::array{oscal_property("version", line(document.options.software))};
  }
  return {
      {"components", json::array{component(document.system(), "system",
                                           "One-time passwords and multi-factor authentication of " +
                                               markup(document.report.tenant),
                                           "What the sources of the log tell of.")}},
      {"assessment-assets",
       json::object{
           {"components", json::array{std::move(software)}},
           {"assessment-platforms",
            json::array{json::object{
                {"uuid", document.uuids.of({"platform"})},
                {"title", "Countersign in region " + markup(document.report.region)},
                {"uses-components", json::array{json::object{{"component-uuid", document.software()}}}}}}}}},
  };
}

json::object assessment_log(const Document& document) {
  const auto& state = document.report.as_of;
  return {
      {"entries",
       json::array{json::object{
           {"uuid", document.uuids.of({"entry", "tests"})},
           {"title", "Tests over the records of the log"},
           {"description", fmt::format("All populations and exceptions as of the checkpoint of {} records.",
                                       grouped(state.size))},
           {"start", document.time()},
           {"remarks",
            "The time is the checkpoint's, which is signed. When the tests were run is in the report, and "
            "left out here because it changes nothing."}}}}};
}

json::object result(const Document& document) {
  const auto& report = document.report;
  json::object out{
      {"uuid", document.uuids.of({"result"})},
      {"title", "Period " + period_of(report)},
      {"description",
       "Each control and detection was tested over its whole population in the records of the log."},
      {"start", base::format_rfc3339(report.from)},
      {"end", base::format_rfc3339(report.until)},
      {"local-definitions", local_definitions(document)},
      {"reviewed-controls", json::object{{"control-selections", json::array{selection(report, nullptr)}}}},
      {"attestations", attestations(document)},
      {"assessment-log", assessment_log(document)},
  };
  put(out, "observations", observations(document));
  put(out, "risks", risks(document));
  put(out, "findings", findings(document));
  out["remarks"] = fmt::format(
      "The period is from its start up to, without, its end, by when things happened.\n\n{}", kRule);
  return out;
}

base::Result<void> check(const reports::Report& report, const OscalOptions& options) {
  if (std::find(kOscalVersions.begin(), kOscalVersions.end(), options.oscal_version) ==
      kOscalVersions.end()) {
    return base::fail(base::Code::invalid_argument,
                      fmt::format("'{}' is no version of OSCAL that can be written; it is one of {}",
                                  line(options.oscal_version), fmt::join(kOscalVersions, ", ")));
  }
  if (report.clauses.empty()) {
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("the report has no clauses of '{}', and OSCAL cannot say what was reviewed without; "
                    "ask for criteria that a control supports",
                    line(report.framework)));
  }
  return {};
}

}  // namespace

base::Result<std::string> to_oscal(const reports::Report& report, const OscalOptions& options) {
  TRY(check(report, options));
  const Document document{report, options, Uuids(report)};
  json::object results{{"uuid", ""}, {"metadata", metadata(document)}};
  results["import-ap"] = json::object{
      {"href", document.link("plan", "")},
      {"remarks", "The plan is inside this document, as Markdown; there is no assessment plan in OSCAL."}};
  if (auto list = activities(document); !list.empty()) {
    results["local-definitions"] = json::object{{"activities", std::move(list)}};
  }
  results["results"] = json::array{result(document)};
  results["back-matter"] = json::object{{"resources", resources(document)}};
  // The document's own UUID changes whenever anything in it does, as OSCAL demands.
  const auto content = crypto::sha256(json::serialize(results));
  results["uuid"] = document.uuids.of({"document", base::to_hex(content.view())});
  return json::serialize(json::object{{"assessment-results", std::move(results)}}) + "\n";
}

}  // namespace countersign::render
