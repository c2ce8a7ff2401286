#include "reports/render/html.h"

#include "reports/render/charts.h"
#include "reports/render/html_sections.h"
#include "reports/render/html_style.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <set>

namespace countersign::render {
namespace {

std::string contents(const Page& page) {
  std::string out =
      "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n<ol>\n";
  bool below = false, open = false;
  for (const auto& entry : page.contents) {
    if (entry.below && !below) out += "\n<ol>\n";
    if (entry.below && below) out += "</li>\n";
    if (!entry.below && below) out += "</li>\n</ol>\n";
    if (!entry.below && open) out += "</li>\n";
    out += fmt::format("<li><a href=\"#{}\">{}</a>", entry.id, entry.title);
    below = entry.below;
    open = true;
  }
  if (below) out += "</li>\n</ol>\n";
  if (open) out += "</li>\n";
  return out + "</ol>\n</nav>\n";
}

std::string with_sign(reports::Outcome outcome, std::string_view words) {
  std::string_view sign = "m-empty";
  if (outcome == reports::Outcome::no_exceptions) sign = "m-none";
  if (outcome == reports::Outcome::exceptions) sign = "m-some";
  return fmt::format(
      "<span class=\"mark\"><svg aria-hidden=\"true\" focusable=\"false\"><use "
      "href=\"#{}\"/></svg><span>{}</span></span>",
      sign, words);
}

}  // namespace

Page::Page(const reports::Report& of, const reports::Run& made) : report(of), run(made) {
  std::set<std::string> taken;
  for (const auto& result : report.controls) {
    auto id = "control-" + anchor(result.control.id);
    while (!taken.insert(id).second) id += "-again";
    control_ids.push_back(id);
  }
}

void Page::begin(std::string_view id, std::string_view title, Start start) {
  contents.push_back({std::string(id), std::string(title), false});
  out += fmt::format("<section{}>\n<h2 id=\"{}\">{}</h2>\n", start == Start::leaf ? " class=\"leaf\"" : "",
                     id, title);
}

void Page::end() { out += "</section>\n"; }

std::string scope_title(const reports::Report& report) {
  std::string out(reports::framework_title(report.framework));
  for (std::size_t i = 0; i < report.criteria.size(); ++i) out += (i == 0 ? " " : ", ") + report.criteria[i];
  return out;
}

std::string title_of(const reports::Report& report) {
  return "Management’s evidence and control-test results for " + scope_title(report);
}

std::string mark(reports::Outcome outcome) {
  if (outcome == reports::Outcome::no_exceptions) return with_sign(outcome, "No exceptions noted");
  if (outcome == reports::Outcome::exceptions) return with_sign(outcome, "Exception noted");
  return with_sign(outcome, "Nothing to test");
}

std::string signed_wording(const reports::ControlResult& result) {
  return with_sign(result.outcome, escaped(result.wording()));
}

std::string control_link(const Page& page, std::string_view control) {
  for (std::size_t i = 0; i < page.report.controls.size(); ++i)
    if (page.report.controls[i].control.id == control)
      return fmt::format("<a class=\"ref\" href=\"#{}\">{}</a>", page.control_ids[i], escaped(control));
  return fmt::format("<span class=\"ref\">{}</span>", escaped(control));
}

std::string exception_id(const Page& page, std::size_t control, std::size_t exception) {
  return fmt::format("{}-x{}", page.control_ids[control], exception + 1);
}

void fact(std::string& out, std::string_view term, std::string_view said) {
  out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(term), said);
}

std::string to_html(const reports::Report& report, const reports::Run& run) {
  Page page(report, run);
  summary(page);
  system_and_sources(page);
  completeness(page);
  tables(page);
  controls(page);
  exceptions(page);
  records(page);
  samples(page);
  appendix(page);
  signatures(page);

  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n";
  // Without an icon of its own a browser asks the page's server for one.
  out += "<link rel=\"icon\" href=\"data:,\">\n";
  out += fmt::format("<title>{} – {}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
                     escaped(title_of(report)), escaped(report.tenant), style_sheet(),
                     page_margins(report, run));
  out += "<a class=\"skip\" href=\"#contents\">Skip to the contents</a>\n";
  out += chart_patterns();
  out += cover(report, run);
  out += contents(page);
  out += page.out;
  out += fmt::format(
      "</main>\n<footer>\n<p>End of the report of {}, made by {} on {}.</p>\n</footer>\n</body>\n</html>\n",
      escaped(report.tenant), escaped(run.software), shown(run.at));
  return out;
}

}  // namespace countersign::render
