#include "reports/render/oscal_findings.h"

#include "reports/render/oscal_risks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <set>
#include <vector>

namespace countersign::render::oscal {
namespace {

using reports::ControlResult;
using reports::Outcome;

/// What the controls of one clause found.
struct Tally {
  std::vector<const ControlResult*> controls;
  std::vector<std::string> passed, resolved, failed, untested;

  std::size_t passes() const { return passed.size() + resolved.size(); }
  std::string_view state() const { return failed.empty() && passes() > 0 ? "satisfied" : "not-satisfied"; }
  std::string_view reason() const { return !failed.empty() ? "fail" : passes() > 0 ? "pass" : "other"; }
};

/// Whether all that a detection found was looked into to the end. A control has no such excuse.
bool is_resolved(const ControlResult& result) {
  return result.control.kind == reports::Kind::detection &&
         progress_of(result).resolved == result.exceptions_total;
}

Tally tally_of(const reports::Report& report, const reports::Clause& clause) {
  Tally out;
  std::set<std::string> seen;
  for (const auto& id : clause.controls) {
    if (!seen.insert(id).second) continue;
    const auto* result = find_control(report, id);
    if (result == nullptr) {
      out.untested.push_back(markup(id));
      continue;
    }
    out.controls.push_back(result);
    auto& list = result->outcome == Outcome::no_exceptions     ? out.passed
                 : result->outcome == Outcome::nothing_to_test ? out.untested
                 : is_resolved(*result)                        ? out.resolved
                                                               : out.failed;
    list.push_back(markup(id));
  }
  return out;
}

std::string description_of(const Tally& tally) {
  std::vector<std::string> sentences;
  const auto add = [&sentences](std::string_view what, const std::vector<std::string>& controls) {
    if (!controls.empty()) sentences.push_back(fmt::format("{}: {}.", what, fmt::join(controls, ", ")));
  };
  add("Exceptions noted by", tally.failed);
  add("No exceptions noted by", tally.passed);
  add("Cases found, and all resolved, by", tally.resolved);
  add("Nothing to test for", tally.untested);
  if (sentences.empty()) return "No control of this report tests the clause.";
  return fmt::format("{}", fmt::join(sentences, " "));
}

std::string remarks_of(const Tally& tally, const reports::Report& report) {
  std::string out;
  for (const auto* result : tally.controls) {
    out += fmt::format("{}: {}\n\n", markup(result->control.id), markup(result->wording()));
  }
  if (!report.warnings.empty()) {
    out += "The period lacks something: see the warnings among the attestations.\n\n";
  }
  return out.append(kRule);
}

json::object finding(const Document& document, const reports::Clause& clause) {
  const auto tally = tally_of(document.report, clause);
  json::array related_observations;
  json::array related_risks;
  for (const auto* result : tally.controls) {
    const auto& id = result->control.id;
    related_observations.push_back(json::object{{"observation-uuid", document.observation(id)}});
    if (result->outcome == Outcome::exceptions) {
      related_risks.push_back(json::object{{"risk-uuid", document.risk(id)}});
    }
  }
  json::object out{
      {"uuid", document.uuids.of({"finding", clause.id})},
      {"title", clause.title.empty() ? markup(clause.id)
                                     : fmt::format("{}: {}", markup(clause.id), markup(clause.title))},
      {"description", description_of(tally)},
      {"props", json::array{property("clause", clause.id), property("controls-passed", tally.passes()),
                            property("controls-failed", tally.failed.size()),
                            property("controls-untested", tally.untested.size())}},
      {"origins", origins(document)},
      {"target", json::object{{"type", "objective-id"},
                              {"target-id", control_id(document.report.framework, clause.id)},
                              {"status", json::object{{"state", tally.state()},
                                                      {"reason", tally.reason()},
                                                      {"remarks", remarks_of(tally, document.report)}}}}},
  };
  put(out, "related-observations", std::move(related_observations));
  put(out, "related-risks", std::move(related_risks));
  return out;
}

}  // namespace

json::array findings(const Document& document) {
  json::array out;
  for (const auto& clause : document.report.clauses) out.push_back(finding(document, clause));
  return out;
}

}  // namespace countersign::render::oscal
