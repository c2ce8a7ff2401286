#include "reports/render/oscal_resources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace countersign::render::oscal {
namespace {

void append_control(std::string& out, const reports::Definition& control) {
  out +=
      fmt::format("\n## {} (version {}): {}\n\n", markup(control.id), control.version, markup(control.title));
  out += fmt::format(
      "- Objective: {}\n- Procedure: {}\n- Population: {}\n- Items tested: all of the population\n",
      markup(control.objective), markup(control.procedure), markup(control.unit));
  for (const auto& [framework, clauses] : control.criteria) {
    out += fmt::format("- {}: {}\n", markup(reports::framework_title(framework)),
                       markup(fmt::format("{}", fmt::join(clauses, ", "))));
  }
  for (const auto& parameter : control.parameters) {
    out +=
        fmt::format("- Parameter {} = {}{}{}{}\n", markup(parameter.name), markup(cell_text(parameter.value)),
                    parameter.unit.empty() ? "" : " " + markup(parameter.unit),
                    parameter.meaning.empty() ? "" : ": " + markup(parameter.meaning),
                    parameter.origin.empty() ? "" : " (" + markup(parameter.origin) + ")");
  }
  out += fmt::format("- SHA-256 of the population's query: {}\n- SHA-256 of the exceptions' query: {}\n",
                     base::to_hex(control.population.sha256.view()),
                     base::to_hex(control.exceptions.sha256.view()));
}

}  // namespace

std::string test_plan(const reports::Report& report) {
  auto out = fmt::format(
      "# Test plan: {}\n\nLog {}, {} up to, without, {}.\n\nEach control below is re-performed over its "
      "whole population: "
      "one query counts the items, another finds the exceptions among them. Both run over the records of the "
      "log, and "
      "anybody who has the records can run them again.\n",
      markup(reports::framework_title(report.framework)), markup(report.log),
      base::format_rfc3339(report.from), base::format_rfc3339(report.until));
  for (const auto& result : report.controls) append_control(out, result.control);
  return out;
}

}  // namespace countersign::render::oscal
