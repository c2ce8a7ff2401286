#include "reports/render/html.h"

#include "reports/render/html_text.h"
#include "tests/reports/render/hostile_report.h"
#include "tests/reports/render/html_page.h"
#include "tests/reports/render/sample_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <variant>

namespace countersign::render {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string sample_page() { return to_html(testing::sample_report(), testing::sample_run()); }

std::size_t place(const std::string& page, std::string_view text) {
  const auto at = page.find(text);
  EXPECT_NE(at, std::string::npos) << text;
  return at;
}

std::size_t count_of(std::string_view page, std::string_view text) {
  std::size_t count = 0;
  for (auto at = page.find(text); at != std::string_view::npos; at = page.find(text, at + 1)) ++count;
  return count;
}

reports::Run hostile_run() {
  auto run = testing::sample_run();
  run.by = run.software = std::string(testing::hostile_text());
  return run;
}

/// Every link leads to an element of the page, and no two elements have one id.
void expect_links_resolve(const testing::HtmlPage& page) {
  std::set<std::string> ids;
  for (const auto& tag : page.tags)
    if (const auto id = tag.attributes.find("id"); id != tag.attributes.end()) {
      EXPECT_TRUE(ids.insert(id->second).second) << "twice: " << id->second;
    }
  for (const auto& tag : page.tags) {
    if (const auto href = tag.attributes.find("href"); href != tag.attributes.end() && tag.name != "link") {
      ASSERT_TRUE(href->second.starts_with('#')) << href->second;
      EXPECT_TRUE(ids.contains(href->second.substr(1))) << href->second;
    }
    for (const char* name : {"aria-labelledby", "aria-describedby"}) {
      const auto named = tag.attributes.find(name);
      if (named == tag.attributes.end()) continue;
      std::istringstream each(named->second);
      for (std::string id; each >> id;) EXPECT_TRUE(ids.contains(id)) << id;
    }
  }
}

/// Nothing in it can run, or make a browser ask for anything.
void expect_self_contained(const testing::HtmlPage& page) {
  static const std::set<std::string, std::less<>> kTags{
      "html",    "head",       "meta",   "link",    "title",  "style", "body", "header", "main", "footer",
      "section", "nav",        "h1",     "h2",      "h3",     "h4",    "p",    "a",      "ul",   "ol",
      "li",      "dl",         "dt",     "dd",      "div",    "span",  "b",    "br",     "code", "pre",
      "figure",  "figcaption", "table",  "caption", "thead",  "tbody", "tr",   "th",     "td",   "svg",
      "defs",    "pattern",    "symbol", "rect",    "circle", "path",  "line", "text",   "desc", "use"};
  for (const auto& tag : page.tags) {
    EXPECT_TRUE(kTags.contains(tag.name.starts_with('/') ? tag.name.substr(1) : tag.name)) << tag.name;
    for (const auto& [name, value] : tag.attributes) {
      EXPECT_FALSE(name.starts_with("on") || name == "src" || name == "srcset" || name == "action") << name;
      EXPECT_TRUE(name != "href" || value.starts_with('#') || value == "data:,") << value;
    }
  }
  EXPECT_THAT(page.style, Not(HasSubstr("@import")));
  EXPECT_EQ(count_of(page.style, "url("), count_of(page.style, "url(#"));
}

TEST(ReportHtml, IsTheSameAtEachCall) { EXPECT_EQ(sample_page(), sample_page()); }

TEST(ReportHtml, IsWellFormedAndSelfContained) {
  const auto html = sample_page();
  const auto page = testing::take_apart(html);
  EXPECT_THAT(page.faults, IsEmpty());
  expect_self_contained(page);
  expect_links_resolve(page);
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(
      html, HasSubstr("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                      "'unsafe-inline'; img-src data:\">"));
}

TEST(ReportHtml, LinksTheRecordsOfExceptionsToWhatTheySay) {
  const auto html = sample_page();
  EXPECT_THAT(html,
              HasSubstr("records <a href=\"#record-1189\">1189</a>, <a href=\"#record-1174\">1174</a>"));
  EXPECT_THAT(html, HasSubstr("system record <a href=\"#system-record-212\">212</a>"));
  EXPECT_THAT(html, HasSubstr("<span id=\"record-1189\">1189</span>"));
  EXPECT_THAT(html, HasSubstr("billing.refund, invoice/4711 &amp; &lt;b&gt;more&lt;/b&gt;"));
  // Of the other exceptions no record is told here: their numbers are no links.
  EXPECT_THAT(html, Not(HasSubstr("<a href=\"#record-2\">")));
}

TEST(ReportHtml, HostileTextStaysTextWhereverItStands) {
  const auto html = to_html(testing::hostile_report(), hostile_run());
  const auto page = testing::take_apart(html);
  EXPECT_THAT(page.faults, IsEmpty());
  expect_self_contained(page);
  expect_links_resolve(page);
  EXPECT_TRUE(testing::is_clean_utf8(html));
  for (const char* hidden : {"\xE2\x80\xAE", "\xC2\x9B", "\xEF\xBB\xBF", "\xE2\x80\xA8"})
    EXPECT_THAT(html, Not(HasSubstr(hidden)));
  EXPECT_THAT(page.text, HasSubstr("[U+001B][31m"));
  EXPECT_THAT(page.text, HasSubstr("[U+202E]"));
}

TEST(ReportHtml, HostileTextCannotEndTheStyleSheet) {
  const auto page = testing::take_apart(to_html(testing::hostile_report(), hostile_run()));
  const auto plain = testing::take_apart(sample_page());
  // The strings of page margins are the only difference, so all that has a meaning in CSS is there as often
  // as it was.
  for (const char* sign : {"{", "}", "\"", "/*", "@", "<", "url("})
    EXPECT_EQ(count_of(page.style, sign), count_of(plain.style, sign)) << sign;
}

TEST(ReportHtml, ShowsEachTextOfTheReport) {
  const auto report = testing::sample_report();
  const auto html = sample_page();
  const auto shows = [&](std::string_view text, Lines lines = Lines::shown) {
    EXPECT_THAT(html, HasSubstr(escaped(text, lines)));
  };
  const auto shows_cell = [&](const reports::Cell& cell, Number number) {
    EXPECT_THAT(html, HasSubstr(shown(cell, number)));
  };
  for (const auto& warning : report.warnings) shows(warning);
  for (const auto& clause : report.clauses) shows(clause.id), shows(clause.title);
  for (const auto& result : report.controls) {
    const auto& control = result.control;
    for (const auto* text : {&control.id, &control.title, &control.objective, &control.procedure,
                             &control.unit, &control.frequency})
      shows(*text);
    shows(result.wording());
    for (const auto& [framework, clauses] : control.criteria) {
      shows(reports::framework_title(framework));
      for (const auto& clause : clauses) shows(clause);
    }
    for (const auto& parameter : control.parameters) {
      shows(":" + parameter.name), shows(parameter.meaning), shows(parameter.origin);
      shows_cell(parameter.value, Number::figure);
    }
    for (const auto* query : {&control.population, &control.exceptions}) {
      shows(query->sql, Lines::kept), shows(query->file);
      EXPECT_THAT(html, HasSubstr(shown(query->sha256)));
    }
    EXPECT_THAT(html, HasSubstr(shown(result.population_sha256)));
    for (const auto& one : result.exceptions) {
      shows_cell(one.item, Number::name), shows(one.observed), shows(one.finding);
      for (const auto number : one.records) shows(std::to_string(number));
      if (one.response) shows(one.response->text, Lines::kept), shows(one.response->reason, Lines::kept);
    }
  }
  for (const auto& listing : report.listings) {
    shows(listing.listing.title), shows(listing.listing.objective),
        shows(listing.listing.rows.sql, Lines::kept);
    for (const auto& column : listing.listing.columns) shows(column);
    for (const auto& row : listing.rows)
      for (const auto& cell : row) shows_cell(cell, Number::figure);
  }
  for (const auto& sample : report.samples) {
    shows(sample.seed);
    for (const auto& pick : sample.picks) shows_cell(pick.item, Number::name), shows(pick.key);
  }
  shows(report.workspace_sql, Lines::kept);
}

TEST(ReportHtml, SaysOnTheCoverWhatItIsOfAndHowToCheckIt) {
  const auto report = testing::sample_report();
  const auto html = sample_page();
  const auto cover = testing::take_apart(html.substr(0, place(html, "<nav"))).text;
  for (const char* text :
       {"Management’s evidence and control-test results for SOC 2 CC6.1, CC7.2", "acme",
        "countersign.example/eu/acme", "from 2026-07-01 00:00:00 UTC inclusive",
        "to 2026-10-01 00:00:00 UTC exclusive", "numbers 1000 to 26852 of the log: 25,853 records",
        "26,900 records, signed 2026-10-02 07:00:00 UTC", "2026-10-02 07:15:42 UTC by ana@example.com",
        "countersign 0.4.0", "countersign verify --recompute BUNDLE",
        "It is not a service auditor’s report and gives no opinion."})
    EXPECT_THAT(cover, HasSubstr(text));
}

TEST(ReportHtml, WarnsBeforeItSaysAnythingElse) {
  const auto html = sample_page();
  const auto warning = place(html, "5 records were received in the period and happened before it");
  EXPECT_LT(place(html, "</h1>"), warning);
  for (const char* later : {"id=\"scope\"", "id=\"contents\"", "id=\"summary\""})
    EXPECT_LT(warning, place(html, later)) << later;
}

TEST(ReportHtml, GoesInTheOrderInWhichItIsWorkedThrough) {
  const auto html = sample_page();
  std::size_t before = 0;
  for (const char* id :
       {"scope", "contents", "summary", "table-a", "system", "completeness", "table-b", "section-c",
        "section-h", "section-i", "controls", "control-STEP-UP-MISSING", "control-CODE-GUESSING",
        "exceptions", "table-e", "samples", "appendix", "signatures"}) {
    const auto at = place(html, fmt::format(" id=\"{}\"", id));
    EXPECT_LT(before, at) << id;
    before = at;
  }
}

TEST(ReportHtml, ClaimsNothingThatOnlyAnAuditorCan) {
  for (const auto& report : {testing::sample_report(), testing::bare_report()}) {
    auto text = testing::take_apart(to_html(report, testing::sample_run())).text;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    // The seed of the sample is somebody's own text.
    for (auto at = text.find("<auditor's seed>"); at != std::string::npos; at = text.find("<auditor's seed>"))
      text.erase(at, 16);
    for (const char* word : {"complian", "certif", "the auditor", "attest", "guarantee"})
      EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

TEST(ReportHtml, SummarySaysOfEachControlWhatWasTestedAndFound) {
  const auto html = sample_page();
  const auto begin = place(html, "id=\"table-a\"");
  const auto table = html.substr(begin, html.find("</table>", begin) - begin);
  for (const auto& result : testing::sample_report().controls) {
    EXPECT_THAT(table, HasSubstr(escaped(result.wording())));
    EXPECT_THAT(table, HasSubstr(fmt::format("<td class=\"n\">{}</td><td class=\"n\">{}</td>",
                                             grouped(result.population), grouped(result.exceptions_total))));
  }
}

TEST(ReportHtml, ControlsOfOneNameHavePlacesOfTheirOwn) {
  auto report = testing::sample_report();
  report.controls.push_back(report.controls.front());
  report.controls.push_back(report.controls.front());
  expect_links_resolve(testing::take_apart(to_html(report, testing::sample_run())));
}

TEST(ReportHtml, NeverTakesNothingTestedForAGoodResult) {
  const auto html = sample_page();
  const auto begin = place(html, "id=\"control-SUCCESS-AFTER-DEPROVISIONING\"");
  const auto section = html.substr(begin, html.find("</section>", begin) - begin);
  EXPECT_THAT(section, HasSubstr("#m-empty"));
  EXPECT_THAT(section, HasSubstr("Nothing to test: there were no deprovisioned accounts in the period."));
  EXPECT_THAT(section, Not(HasSubstr("No exceptions noted")));
}

TEST(ReportHtml, KeepsWhatManagementSaysApartFromWhatTestsFound) {
  const auto html = sample_page();
  const auto response = place(html, "The export ran under a service account.\nIt has been withdrawn.");
  EXPECT_LT(place(html, "id=\"exceptions\""), response);
  EXPECT_THAT(html.substr(response),
              HasSubstr("&quot;export&quot; role reviewed &amp; &lt;b&gt;narrowed&lt;/b&gt;"));
  EXPECT_THAT(html, HasSubstr("acknowledged 2026-08-03 09:40:30 UTC<br>– after 3 h 28 min"));
}

TEST(ReportHtml, HeadingsDescendOneLevelAtATime) {
  for (const auto& report : {testing::sample_report(), testing::bare_report(), testing::hostile_report()}) {
    int before = 0, first_level = 0;
    for (const auto& tag : testing::take_apart(to_html(report, testing::sample_run())).tags) {
      if (tag.name.size() != 2 || tag.name[0] != 'h' || tag.name[1] < '1' || tag.name[1] > '6') continue;
      const int level = tag.name[1] - '0';
      EXPECT_LE(level, before + 1);
      first_level += level == 1 ? 1 : 0;
      before = level;
    }
    EXPECT_EQ(first_level, 1);
  }
}

TEST(ReportHtml, TablesHaveACaptionAndScopesAndScrollByKeyboard) {
  const auto page = testing::take_apart(sample_page());
  for (std::size_t i = 0; i < page.tags.size(); ++i) {
    const auto& tag = page.tags[i];
    if (tag.name == "th") {
      EXPECT_THAT(tag.attributes.at("scope"), AnyOf("col", "row"));
    }
    if (tag.name != "table") continue;
    EXPECT_EQ(page.tags[i + 1].name, "caption");
    EXPECT_EQ(page.tags[i - 1].attributes.at("tabindex"), "0");
    EXPECT_EQ(page.tags[i - 1].attributes.at("role"), "region");
  }
}

TEST(ReportHtml, PrintedPagesSayWhoseTheyAreAndWhichOfHowMany) {
  const auto style = testing::take_apart(sample_page()).style;
  EXPECT_THAT(style, HasSubstr("@page{size:A4"));
  EXPECT_THAT(style, HasSubstr("counter(page) \" of \" counter(pages)"));
  EXPECT_THAT(style, HasSubstr("acme"));
  EXPECT_THAT(style, HasSubstr("thead{display:table-header-group}"));
}

TEST(ReportHtml, WithoutAnythingToTellItSaysSo) {
  const auto html = to_html(testing::bare_report(), testing::sample_run());
  const auto page = testing::take_apart(html);
  EXPECT_THAT(page.faults, IsEmpty());
  expect_links_resolve(page);
  EXPECT_THAT(page.text, HasSubstr("Management’s evidence and control-test results for PCI DSS"));
  EXPECT_THAT(page.text, HasSubstr("The report has no controls, so nothing was tested."));
  EXPECT_THAT(page.text, HasSubstr("no control of this report"));
  EXPECT_THAT(page.text, HasSubstr("none: nothing is known of policies"));
}

TEST(ReportHtml, BoundsThePageAndSaysWhatItLeavesOut) {
  auto report = testing::sample_report();
  auto control = report.controls.front();
  const auto one = control.exceptions.front();
  control.exceptions.assign(1000, one);
  control.exceptions_total = 1000;
  control.population = 25'000;
  report.controls.clear();
  for (int i = 0; i < 30; ++i) {
    control.control.id = fmt::format("CONTROL-{}", i);
    report.controls.push_back(control);
  }
  auto& listing = report.listings.back();
  listing.rows.assign(2000, listing.rows.front());
  listing.rows_total = 9000;
  const auto html = to_html(report, testing::sample_run());
  EXPECT_LT(html.size(), std::size_t{6'000'000});
  EXPECT_EQ(count_of(html, escaped(one.observed)), 30 * kExceptionsShown);
  EXPECT_EQ(count_of(html, "200 of 1,000 exceptions are shown; the report’s JSON has the other 800."), 30U);
  EXPECT_THAT(html, HasSubstr("500 of 9,000 rows, more of them in the report’s JSON"));
}

TEST(ReportHtml, LosesNoListingWhateverTableItNames) {
  for (const char* table : {"", "A", "B", "D", "E", "F", "K", "Z", "AB", "c"}) {
    auto report = testing::sample_report();
    report.listings.front().listing.table = table;
    const auto html = to_html(report, testing::sample_run());
    EXPECT_EQ(count_of(html, "id=\"listing-1\""), 1U) << table;
    EXPECT_EQ(count_of(html, "<td class=\"n\">4,120</td>"), 1U) << table;
    expect_links_resolve(testing::take_apart(html));
  }
}

}  // namespace
}  // namespace countersign::render
