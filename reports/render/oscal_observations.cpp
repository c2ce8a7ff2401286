#include "reports/render/oscal_observations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <vector>

namespace countersign::render::oscal {
namespace {

json::object parameter_property(const reports::Parameter& parameter) {
  auto out = property("parameter-" + token(parameter.name), cell_text(parameter.value));
  std::string remarks;
  const auto add = [&remarks](std::string_view what, const std::string& text) {
    if (!text.empty()) remarks.append(remarks.empty() ? "" : "; ").append(what).append(markup(text));
  };
  add("", parameter.meaning);
  add("unit: ", parameter.unit);
  add("from ", parameter.origin);
  if (!remarks.empty()) out["remarks"] = remarks;
  return out;
}

json::array properties(const reports::ControlResult& result) {
  const auto& control = result.control;
  json::array out{
      property("control", control.id),
      property("control-version", std::to_string(control.version)),
      property("kind", reports::to_string(control.kind)),
      property("severity", reports::to_string(control.severity)),
      property("outcome", reports::to_string(result.outcome)),
      property("unit", control.unit),
      property("population-size", result.population),
      property("items-tested", result.population),
      property("exceptions", result.exceptions_total),
      property("exceptions-told", result.exceptions.size()),
      property("population-sha256", result.population_sha256),
      property("population-query-sha256", control.population.sha256),
      property("exceptions-query-sha256", control.exceptions.sha256),
  };
  if (!control.frequency.empty()) out.push_back(property("frequency", control.frequency));
  for (const auto& parameter : control.parameters) out.push_back(parameter_property(parameter));
  return out;
}

json::object evidence(std::string description, std::string href) {
  return {{"href", std::move(href)}, {"description", std::move(description)}};
}

json::object exception_evidence(const reports::Exception& exception, const std::string& log) {
  const auto item = cell_text(exception.item);
  json::array properties{property("item", item)};
  std::string where;
  const auto add = [&](std::string_view name, std::string_view of,
                       const std::vector<std::uint64_t>& records) {
    if (records.empty()) return;
    const auto numbers = fmt::format("{}", fmt::join(records, ", "));
    properties.push_back(property(name, numbers));
    where += fmt::format(" {} of {}: {}.", records.size() == 1 ? "Record" : "Records", of, numbers);
  };
  add("records", markup(log), exception.records);
  add("system-records", "the system log", exception.system_records);
  return {
      {"description", fmt::format("Exception {}: {}.{}", markup(item), markup(exception.observed), where)},
      {"props", std::move(properties)}};
}

json::array relevant_evidence(const Document& document, const reports::ControlResult& result) {
  const auto& control = result.control;
  json::array out{
      evidence("What counts as an item: the query, verbatim.", document.link("population", control.id)),
      evidence("What counts as an exception: the query, verbatim.", document.link("exceptions", control.id)),
  };
  if (document.options.query_files.contains(control.population.file)) {
    out.push_back(evidence("The file of both queries.", document.link("file", control.population.file)));
  }
  for (std::size_t at = 0; at < document.report.samples.size(); ++at) {
    if (document.report.samples[at].control != control.id) continue;
    out.push_back(evidence("A sample of the items, to be drawn again from its seed.",
                           document.link("sample", std::to_string(at))));
  }
  if (document.options.report) {
    out.push_back(evidence("The report in JSON, with these figures.", document.link("report", "json")));
  }
  for (const auto& exception : result.exceptions) {
    out.push_back(exception_evidence(exception, document.report.log));
  }
  return out;
}

json::object observation(const Document& document, const reports::ControlResult& result) {
  const auto& control = result.control;
  json::object out{
      {"uuid", document.observation(control.id)},
      {"title", fmt::format("{}: {}", markup(control.id), markup(control.title))},
      {"description", fmt::format("{}\n\nObjective: {}\n\nProcedure: {}", markup(result.wording()),
                                  markup(control.objective), markup(control.procedure))},
      {"props", properties(result)},
      {"methods", json::array{"TEST"}},
      {"types", json::array{"control-objective"}},
      {"origins", origins(document)},
      {"subjects", json::array{json::object{{"subject-uuid", document.system()}, {"type", "component"}}}},
      {"relevant-evidence", relevant_evidence(document, result)},
      {"collected", document.time()},
  };
  if (result.exceptions_total > result.exceptions.size()) {
    out["remarks"] = fmt::format("{} exceptions were noted; the first {} are told here.",
                                 grouped(result.exceptions_total), grouped(result.exceptions.size()));
  }
  return out;
}

}  // namespace

json::array observations(const Document& document) {
  json::array out;
  for (const auto& result : document.report.controls) out.push_back(observation(document, result));
  return out;
}

}  // namespace countersign::render::oscal
