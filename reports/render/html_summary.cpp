#include "reports/render/charts.h"
#include "reports/render/html_sections.h"
#include "reports/render/html_table.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace countersign::render {
namespace {

using reports::Outcome;

std::string outcomes_chart(const reports::Report& report) {
  const auto count = [&](Outcome outcome) {
    return static_cast<std::uint64_t>(
        std::count_if(report.controls.begin(), report.controls.end(),
                      [&](const auto& result) { return result.outcome == outcome; }));
  };
  return draw({{"No exceptions noted", count(Outcome::no_exceptions), Look::outline},
               {"Exception noted", count(Outcome::exceptions), Look::solid},
               {"Nothing to test", count(Outcome::nothing_to_test), Look::hatched}},
              "chart-outcomes", "Controls and detections by result");
}

/// Of exceptions that are told; of the rest nothing is known here.
std::string states_chart(const reports::Report& report) {
  std::uint64_t total = 0, told = 0, answered = 0, opened = 0, acknowledged = 0, resolved = 0;
  for (const auto& result : report.controls) {
    total += result.exceptions_total;
    told += result.exceptions.size();
    for (const auto& one : result.exceptions) {
      if (!one.response) continue;
      ++answered;
      if (one.response->state == "opened") ++opened;
      if (one.response->state == "acknowledged") ++acknowledged;
      if (one.response->state == "resolved") ++resolved;
    }
  }
  if (total == 0) return "";
  std::vector<Part> parts{{"Resolved", resolved, Look::outline},
                          {"Acknowledged", acknowledged, Look::tinted},
                          {"Opened", opened, Look::hatched},
                          {"No finding recorded", told - answered, Look::solid}};
  std::string out = draw(parts, "chart-states", "Exceptions by state of their finding");
  if (total > told)
    out.insert(
        out.rfind("</figure>"),
        fmt::format("<p class=\"note\">of {} exceptions that are told one by one; there are {} in all</p>",
                    grouped(told), grouped(total)));
  return out;
}

void table_a(Page& page) {
  Table table(page.out, "table-a", lettered("A", "Summary of controls and detections"),
              {{"Control"},
               {"What it says", Set::wide},
               {"Items tested", Set::number},
               {"Exceptions", Set::number},
               {"Result", Set::wide}});
  for (const auto& result : page.report.controls)
    table.row({control_link(page, result.control.id),
               fmt::format("{}<br><span class=\"note\">{}</span>", escaped(result.control.title),
                           escaped(result.control.objective)),
               grouped(result.population), grouped(result.exceptions_total), signed_wording(result)});
  table.end();
}

/// A control's result under a clause: its link and its sign.
std::string under_clause(const Page& page, std::string_view control) {
  const auto& all = page.report.controls;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.control.id == control; });
  if (found == all.end())
    return fmt::format("{} <span class=\"note\">not in this report</span>", escaped(control));
  return fmt::format("{} {}", control_link(page, control), mark(found->outcome));
}

void crosswalk(Page& page) {
  const std::string framework = escaped(reports::framework_title(page.report.framework));
  if (page.report.clauses.empty()) {
    page.out += "<p>The report names no clauses.</p>\n";
    return;
  }
  Table table(page.out, "table-clauses",
              fmt::format("Clauses of {}, and the controls that support them", framework),
              {{"Clause"}, {"In our words", Set::wide}, {"Controls and their results", Set::wide}});
  for (const auto& clause : page.report.clauses) {
    std::string supporting;
    for (const auto& control : clause.controls)
      supporting += fmt::format("<div class=\"item\">{}</div>", under_clause(page, control));
    table.row({fmt::format("<b>{}</b>", escaped(clause.id)),
               clause.title.empty() ? "–" : escaped(clause.title),
               supporting.empty() ? "<span class=\"note\">no control of this report</span>" : supporting});
  }
  table.end();
}

}  // namespace

void summary(Page& page) {
  page.begin("summary", "Summary", Page::Start::leaf);
  if (page.report.controls.empty()) {
    page.out += "<p>The report has no controls, so nothing was tested.</p>\n";
  } else {
    page.out +=
        "<div class=\"charts\">\n" + outcomes_chart(page.report) + states_chart(page.report) + "</div>\n";
    table_a(page);
  }
  listings_of(page, "A");
  crosswalk(page);
  page.end();
}

void system_and_sources(Page& page) {
  const auto& report = page.report;
  page.begin("system", "System and sources");
  page.out +=
      "<p>Applications, providers of one-time passwords and identity platforms send each challenge and each "
      "outcome "
      "to the appliance, which appends it to the tenant’s log. A log is append-only: every record holds the "
      "hash of the one "
      "before it, and a signed checkpoint commits to all of them. What was done to the appliance itself "
      "stands in "
      "the system log of the region, kept in the same way.</p>\n";
  Table table(
      page.out, "table-logs", "Logs that the report is made of, and the checkpoints it was made at",
      {{"Log", Set::code}, {"Records", Set::number}, {"Signed", Set::line}, {"Root, SHA-256", Set::code}});
  const auto row = [&](const reports::LogState& state) {
    table.row({escaped(state.log), grouped(state.size), shown(state.time), shown(state.root)});
  };
  row(report.as_of);
  if (report.system_log) row(*report.system_log);
  table.end();
  const bool told = std::any_of(report.listings.begin(), report.listings.end(),
                                [](const auto& one) { return one.listing.table == "H"; });
  if (told)
    page.out +=
        "<p>The sources and when they were heard are in <a href=\"#section-h\">Monitoring of the "
        "monitor</a>.</p>\n";
  page.end();
}

}  // namespace countersign::render
