#include "reports/render/html_sections.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::render {
namespace {

std::string checkpoint(const reports::LogState& state) {
  return fmt::format("{} records, signed {}<span class=\"sub\">root {}</span>", grouped(state.size),
                     shown(state.time), shown(state.root));
}

std::string records(const reports::Report& report) {
  if (report.end_seq <= report.first_seq) return "none";
  return fmt::format("numbers {} to {} of the log: {} records", report.first_seq, report.end_seq - 1,
                     grouped(report.end_seq - report.first_seq));
}

std::string received(const reports::Report& report) {
  if (!report.first_received || !report.last_received) return "nothing";
  return fmt::format("first {}<span class=\"sub\">last {}</span>", shown(*report.first_received),
                     shown(*report.last_received));
}

void warnings(std::string& out, const reports::Report& report) {
  if (report.warnings.empty()) return;
  out +=
      "<section class=\"warnings\" aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">Read this "
      "first</h2>\n<ol>\n";
  for (const auto& warning : report.warnings) out += fmt::format("<li>{}</li>\n", escaped(warning));
  out += "</ol>\n</section>\n";
}

}  // namespace

/// Opens `main`, which the last section closes.
std::string cover(const reports::Report& report, const reports::Run& run) {
  std::string out = fmt::format(
      "<header>\n<p class=\"eyebrow\">{} · {}</p>\n<h1>Management’s evidence and <span "
      "class=\"nb\">control-test</span> results for {}</h1>\n<p class=\"statement\">This is evidence of "
      "management, and what its own tests found. It is not a service auditor’s report and gives no "
      "opinion.</p>\n"
      "</header>\n<main>\n",
      escaped(report.tenant), escaped(report.region), escaped(scope_title(report)));
  warnings(out, report);
  std::string criteria;
  for (const auto& clause : report.criteria) criteria += (criteria.empty() ? "" : ", ") + escaped(clause);
  out +=
      "<section aria-labelledby=\"scope\">\n<h2 id=\"scope\">Scope and period</h2>\n<dl class=\"facts\">\n";
  fact(out, "Tenant", escaped(report.tenant));
  fact(out, "Region", escaped(report.region));
  fact(out, "Log", fmt::format("<code>{}</code>", escaped(report.log)));
  fact(out, "Framework", escaped(reports::framework_title(report.framework)));
  fact(out, "Criteria", criteria.empty() ? "all that the report’s controls support" : criteria);
  fact(out, "Period",
       fmt::format("from {} inclusive<span class=\"sub\">to {} exclusive; by when things happened</span>",
                   shown(report.from), shown(report.until)));
  fact(out, "Records looked at", records(report));
  fact(out, "Events in the period", grouped(report.events_in_period));
  fact(out, "Received", received(report));
  fact(out, "Checkpoint", checkpoint(report.as_of));
  fact(out, "Checkpoint of the system log",
       report.system_log ? checkpoint(*report.system_log)
                         : "none: nothing is known of policies and of what was done to the appliance");
  fact(out, "Run",
       fmt::format("{} by {}<span class=\"sub\">{}</span>", shown(run.at), escaped(run.by),
                   escaped(run.software)));
  fact(out, "How to verify",
       "<code>countersign verify --recompute BUNDLE</code><span class=\"sub\">checks the records of the "
       "bundle "
       "against the checkpoint, computes every figure of this report again from them, and names each that "
       "differs; it needs no network and no appliance</span>");
  return out + "</dl>\n</section>\n";
}

}  // namespace countersign::render
