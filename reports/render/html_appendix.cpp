#include "reports/render/html_sections.h"
#include "reports/render/html_text.h"
#include "reports/render/shell_script.h"

#include <fmt/format.h>

namespace countersign::render {
namespace {

void method(Page& page) {
  page.out += R"(<h3>Method</h3>
<ul class="prose">
<li>Every figure comes from records of the range that the cover names, and from nothing else. Two runs over the same records give the same figures.</li>
<li>A population query lists the items that are tested, an exception query those among them that fail. No sampling takes place: all items are tested. Samples are for readers who want to test some themselves.</li>
<li>A control whose population is empty has nothing to test. That is no result in its favour.</li>
<li>Times are in UTC and are shown without parts of a second. Whether an event belongs to the period is decided by when it happened; when it was received stands in its record beside.</li>
<li>Personal values stand as tokens, which the appliance of the region alone can open.</li>
<li>Nothing here shows an access that no source reported.</li>
</ul>
)";
}

void repeat(Page& page) {
  page.out += R"(<h3>Repeating a query</h3>
<p>A bundle that holds this report is checked as a whole by <code>countersign verify --recompute BUNDLE</code>. On the appliance a single query runs in the <code>sqlite3</code> shell over the region’s index:</p>
<ol class="prose">
<li>Open the index without writing to it: <code>sqlite3 -readonly index.sqlite</code></li>
<li>Enter the values of the report, below.</li>
<li>Enter the text that makes the tables. Its table <code>policies</code> has a row for each version of the tenant’s policy, made of the <code>policy.changed</code> records of the system log.</li>
<li>Enter the values of the control or table, then its query as it is printed, with a semicolon behind.</li>
</ol>
)";
  page.out += fmt::format(
      "<figure>\n<figcaption><b>Values of the "
      "report</b></figcaption>\n<pre><code>{}</code></pre>\n</figure>\n",
      escaped(report_values(page.report, page.run), Lines::kept));
  if (!page.run.log_number)
    page.out += "<p>N stands for the number of the log in the index, which this run did not know.</p>\n";
  page.out += fmt::format(
      "<figure>\n<figcaption><b>What makes the tables that queries "
      "read</b></figcaption>\n<pre><code>{}</code></pre>\n</figure>\n",
      escaped(page.report.workspace_sql, Lines::kept));
}

void control_values(Page& page) {
  std::string text;
  for (const auto& result : page.report.controls) {
    const auto values = definition_values(result.control);
    if (values.empty()) continue;
    text += fmt::format("<h4>{}</h4>\n<pre><code>{}</code></pre>\n", escaped(result.control.id),
                        escaped(values, Lines::kept));
  }
  if (!text.empty()) page.out += "<h3>Values of each control</h3>\n" + text;
}

void listing_queries(Page& page) {
  if (page.report.listings.empty()) return;
  page.out += "<h3>Queries of the tables</h3>\n";
  for (std::size_t i = 0; i < page.report.listings.size(); ++i) {
    const auto& definition = page.report.listings[i].listing;
    page.out += fmt::format("<h4 id=\"query-{}\">{}</h4>\n", i + 1, escaped(definition.id));
    const auto values = definition_values(definition);
    if (!values.empty())
      page.out += fmt::format("<pre><code>{}</code></pre>\n", escaped(values, Lines::kept));
    query_figure(page.out, definition.title, definition.rows);
  }
}

void signer(std::string& out, std::string_view who) {
  out += fmt::format("<div>\n<h3>{}</h3>\n<dl>\n", who);
  for (const char* line : {"Name", "Title", "Signature", "Date"})
    out += fmt::format("<dt>{}</dt><dd>\u00A0</dd>\n", line);
  out += "</dl>\n</div>\n";
}

}  // namespace

void appendix(Page& page) {
  page.begin("appendix", "Appendix", Page::Start::leaf);
  method(page);
  repeat(page);
  control_values(page);
  listing_queries(page);
  page.end();
}

void signatures(Page& page) {
  page.begin("signatures", "Signatures", Page::Start::leaf);
  page.out += fmt::format(
      "<p>Of the report of {} for {}, from {} inclusive to {} exclusive, over the checkpoint of {} records "
      "with the root {}.</p>\n"
      "<div class=\"signatures\">\n",
      escaped(page.report.tenant), escaped(scope_title(page.report)), shown(page.report.from),
      shown(page.report.until), grouped(page.report.as_of.size), shown(page.report.as_of.root));
  signer(page.out, "Prepared by");
  signer(page.out, "Reviewed by");
  signer(page.out, "Approved by management");
  page.out += "</div>\n";
  page.end();
}

}  // namespace countersign::render
