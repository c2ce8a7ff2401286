#include "reports/render/html.h"
#include "reports/render/html_sections.h"
#include "reports/render/html_table.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::render {
namespace {

constexpr std::size_t kObservedBytesMax = 1000;

/// Every framework that the control is mapped to, in the order of reports.
std::string criteria_of(const reports::Definition& control) {
  std::string out;
  const auto add = [&](std::string_view framework, const std::vector<std::string>& clauses) {
    std::string list;
    for (const auto& clause : clauses) list += (list.empty() ? "" : ", ") + escaped(clause);
    out += fmt::format("<div>{}: {}</div>", escaped(reports::framework_title(framework)), list);
  };
  for (const auto& framework : reports::frameworks())
    if (const auto found = control.criteria.find(framework); found != control.criteria.end())
      add(framework, found->second);
  return out.empty() ? "none" : out;
}

std::string numbers(std::string_view what, const std::vector<std::uint64_t>& records,
                    const std::vector<reports::CitedRecord>& cited, std::string_view anchor) {
  if (records.empty()) return "";
  std::string out = fmt::format("{}{} ", what, records.size() == 1 ? "" : "s");
  const auto count = std::min(records.size(), reports::kRecordsCited);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    const bool told = std::ranges::binary_search(cited, records[i], {}, &reports::CitedRecord::seq);
    out += told ? fmt::format("<a href=\"#{}-{}\">{}</a>", anchor, records[i], records[i])
                : fmt::format("{}", records[i]);
  }
  if (records.size() > count)
    out += fmt::format(" and {} more", grouped(std::uint64_t{records.size() - count}));
  return out;
}

std::string records_of(const reports::Report& report, const reports::Exception& exception) {
  auto out = numbers("record", exception.records, report.cited, kRecordAnchor);
  const auto system =
      numbers("system record", exception.system_records, report.cited_system, kSystemRecordAnchor);
  if (!system.empty()) out += (out.empty() ? "" : "<br>") + system;
  return out.empty() ? "–" : out;
}

/// By what it is answered, and how far that has come.
std::string finding_of(const reports::Exception& exception, std::string_view id) {
  std::string out;
  if (!exception.finding.empty()) out = fmt::format("<code>{}</code><br>", escaped(exception.finding));
  return out + (exception.response
                    ? fmt::format("<a href=\"#{}-r\">{}</a>", id, escaped(exception.response->state))
                    : "none recorded");
}

void parameters(Page& page, const reports::Definition& control, std::string_view id) {
  if (control.parameters.empty()) return;
  Table table(page.out, fmt::format("{}-parameters", id),
              fmt::format("Parameters of {}", escaped(control.id)),
              {{"Name", Set::code}, {"Value"}, {"Meaning", Set::wide}, {"Origin"}});
  for (const auto& parameter : control.parameters)
    table.row({fmt::format("<code>:{}</code>", escaped(parameter.name)), with_unit(parameter),
               escaped(parameter.meaning), parameter.origin.empty() ? "–" : escaped(parameter.origin)});
  table.end();
}

void exception_table(Page& page, std::size_t at) {
  const auto& result = page.report.controls[at];
  const auto count = std::min(result.exceptions.size(), kExceptionsShown);
  const auto total = std::max<std::uint64_t>(result.exceptions_total, result.exceptions.size());
  if (count > 0) {
    Table table(page.out, fmt::format("{}-exceptions", page.control_ids[at]),
                fmt::format("Exceptions of {}", escaped(result.control.id)),
                {{"No."},
                 {"Item", Set::code},
                 {"Records"},
                 {"What was observed", Set::wide},
                 {"Finding", Set::line}});
    for (std::size_t i = 0; i < count; ++i) {
      const auto& one = result.exceptions[i];
      const auto id = exception_id(page, at, i);
      table.row({fmt::format("<span id=\"{}\">{}</span>", id, i + 1), shown(one.item, Number::name),
                 records_of(page.report, one), escaped_start(one.observed, kObservedBytesMax),
                 finding_of(one, id)});
    }
    table.end();
  }
  if (total > count)
    page.out += fmt::format("<p>{} of {} exceptions are shown; the report’s JSON has {}.</p>\n",
                            grouped(std::uint64_t{count}), grouped(total),
                            result.exceptions.size() >= total
                                ? fmt::format("the other {}", grouped(total - count))
                                : fmt::format("the first {}, and its query gives all",
                                              grouped(std::uint64_t{result.exceptions.size()})));
}

void control(Page& page, std::size_t at) {
  const auto& result = page.report.controls[at];
  const auto& definition = result.control;
  const auto& id = page.control_ids[at];
  page.contents.push_back(
      {id, fmt::format("{} – {}", escaped(definition.id), escaped(definition.title)), true});
  page.out += fmt::format(
      "<section class=\"control{}\">\n<h3 id=\"{}\"><span class=\"ref\">{}</span> {}</h3>\n<p "
      "class=\"result\">{}</p>\n<dl class=\"facts\">\n",
      at == 0 ? " first" : "", id, escaped(definition.id), escaped(definition.title), mark(result.outcome));
  fact(page.out, "Objective", escaped(definition.objective));
  fact(page.out, "Criteria", criteria_of(definition));
  fact(page.out, "Population",
       fmt::format("{} {}{}<span class=\"sub\">SHA-256 over its items, sorted, each "
                   "followed by a line "
                   "feed: {}</span>",
                   grouped(result.population), escaped(definition.unit),
                   result.population > 0 ? ", all of them tested" : "", shown(result.population_sha256)));
  fact(page.out, "Procedure", escaped(definition.procedure));
  fact(page.out, "Kind",
       fmt::format("{}, version {}; severity {}{}", reports::to_string(definition.kind), definition.version,
                   reports::to_string(definition.severity),
                   definition.frequency.empty() ? "" : "; " + escaped(definition.frequency)));
  page.out += "</dl>\n";
  parameters(page, definition, id);
  page.out += "<h4>Queries</h4>\n";
  query_figure(page.out, "Population", definition.population);
  query_figure(page.out, "Exceptions", definition.exceptions);
  page.out += "<h4>Result</h4>\n";
  const auto rate = share(result.exceptions_total, result.population);
  page.out += fmt::format("<p class=\"lead\">{}{}</p>\n", signed_wording(result),
                          result.outcome == reports::Outcome::exceptions && !rate.empty()
                              ? fmt::format(" <span class=\"note\">{}</span>", rate)
                              : "");
  exception_table(page, at);
  page.out += "</section>\n";
}

}  // namespace

std::string with_unit(const reports::Parameter& parameter) {
  auto out = shown(parameter.value, Number::figure);
  if (!parameter.unit.empty()) out += "\u00A0" + escaped(parameter.unit);
  return out;
}

void query_figure(std::string& out, std::string_view what, const reports::Query& query) {
  out += fmt::format(
      "<figure>\n<figcaption><b>{}</b> – {}, line {}<span class=\"sub\">SHA-256 "
      "{}</span></figcaption>\n<pre><code>{}</code></pre>\n</figure>\n",
      escaped(what), escaped(query.file), query.line_in_file(1), shown(query.sha256),
      escaped(query.sql, Lines::kept));
}

void controls(Page& page) {
  page.begin("controls", "Controls and detections", Page::Start::leaf);
  page.out += fmt::format(
      "<p>Every item of a population was tested. Numbers of records are those of the log "
      "<code>{}</code>{}.</p>\n",
      escaped(page.report.log),
      page.report.system_log ? fmt::format("; numbers of system records those of <code>{}</code>",
                                           escaped(page.report.system_log->log))
                             : "");
  if (page.report.controls.empty()) page.out += "<p>There are none in this report.</p>\n";
  listings_of(page, "D");
  for (std::size_t i = 0; i < page.report.controls.size(); ++i) control(page, i);
  page.end();
}

}  // namespace countersign::render
