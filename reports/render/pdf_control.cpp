#include "reports/render/pdf_sections.h"
#include "reports/render/pdf_table.h"
#include "reports/render/pdf_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::render::pdf {
namespace {

std::string line(std::string_view text) { return one_line(text, kCellBytesMax); }

std::string all_criteria(const reports::Definition& control) {
  std::string out;
  for (const std::string& framework : reports::frameworks()) {
    const auto found = control.criteria.find(framework);
    if (found == control.criteria.end() || found->second.empty()) continue;
    out += fmt::format("{}{}: {}", out.empty() ? "" : "\n", reports::framework_title(framework),
                       line(joined(found->second, ", ")));
  }
  return out.empty() ? "none" : out;
}

std::vector<Fact> facts_of(const reports::ControlResult& result) {
  const auto& control = result.control;
  std::vector<Fact> facts = {
      {"Objective", lines(control.objective, kTextBytesMax)},
      {"Criteria", all_criteria(control)},
      {"Population", fmt::format("{} {}", number(result.population), line(control.unit))},
      {"How tested", lines(control.procedure, kTextBytesMax)},
      {"Kind", fmt::format("{}, version {}; severity {}", to_string(control.kind), control.version,
                           to_string(control.severity))},
  };
  if (!control.frequency.empty()) facts.push_back({"Frequency", line(control.frequency)});
  return facts;
}

void write_exceptions(Flow& flow, const reports::ControlResult& result) {
  if (result.exceptions_total == 0) return;
  flow.heading(3, "Exceptions", "");
  Table table;
  table.columns = {{"No.", 22, kCell}, {"Item", 96, kCellMono}, {"What was observed"}, {"Shown by", 130}};
  table.columns[0].style.align = Align::right;
  const std::size_t shown = std::min(result.exceptions.size(), kExceptionsShown);
  for (std::size_t at = 0; at < shown; ++at) {
    const auto& exception = result.exceptions[at];
    table.rows.push_back({{std::to_string(at + 1)},
                          {item(exception.item)},
                          {lines(exception.observed, kCellBytesMax)},
                          {records(exception)}});
  }
  if (shown > 0) draw(flow, table);
  if (result.exceptions_total > shown) {
    flow.paragraph(fmt::format("{} {} more in report.json.", shown == 0 ? "There are" : "And",
                               number(result.exceptions_total - shown)),
                   kNote);
  }
}

void write_control(Flow& flow, const reports::ControlResult& result, const std::string& anchor) {
  const auto& control = result.control;
  constexpr double kKeep = 150;
  flow.need(kKeep + 40);
  const Tag section(flow.canvas(), "Sect");
  flow.heading(2, line(control.id), anchor, kKeep, line(control.id) + "  " + line(control.title));
  flow.paragraph(line(control.title), kSubheading);
  const bool clean = result.outcome == reports::Outcome::no_exceptions;
  flow.statement(line(result.wording()), kResult, clean ? kRule : kAccent);
  draw(flow, facts_of(result));
  write_exceptions(flow, result);
  if (!control.parameters.empty()) {
    flow.heading(3, "Parameters", "");
    write_parameters(flow, control.parameters);
  }
  write_query(flow, "Query of the population", control.population);
  flow.digest("SHA-256 of the population:", hex(result.population_sha256));
  write_query(flow, "Query of the exceptions", control.exceptions);
}

}  // namespace

std::string control_anchor(std::size_t index) { return fmt::format("control{}", index + 1); }

std::string_view in_brief(const reports::ControlResult& result) {
  switch (result.outcome) {
    case reports::Outcome::no_exceptions:
      return "no exceptions noted";
    case reports::Outcome::exceptions:
      return "exception noted";
    case reports::Outcome::nothing_to_test:
      break;
  }
  return "nothing to test";
}

void write_parameters(Flow& flow, const std::vector<reports::Parameter>& parameters) {
  if (parameters.empty()) return;
  Table table;
  table.columns = {{"Parameter", 92, kCellMono}, {"Value", 64, kCell}, {"Meaning"}, {"Origin", 130}};
  for (const auto& parameter : parameters) {
    const std::string value = cell(parameter.value);
    table.rows.push_back(
        {{line(parameter.name)},
         {value.empty() ? "none" : value + (parameter.unit.empty() ? "" : " " + line(parameter.unit))},
         {line(parameter.meaning)},
         {parameter.origin.empty() ? "not stated" : line(parameter.origin)}});
  }
  draw(flow, table);
}

void write_query(Flow& flow, const std::string& name, const reports::Query& query) {
  flow.heading(3, name, "", 60);
  flow.paragraph(fmt::format("{}, line {}", line(query.file), query.line_in_file(1)), kNote);
  flow.code(lines(query.sql, kCodeBytesMax));
  flow.digest("SHA-256 of the query:", hex(query.sha256));
}

void write_controls(Flow& flow, const reports::Report& report) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "4  Controls and detections", "controls");
  if (report.controls.empty()) flow.paragraph("This report holds no control.");
  for (std::size_t at = 0; at < report.controls.size(); ++at) {
    write_control(flow, report.controls[at], control_anchor(at));
  }
}

}  // namespace countersign::render::pdf
