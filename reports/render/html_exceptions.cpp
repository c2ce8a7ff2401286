#include "reports/render/html.h"
#include "reports/render/html_sections.h"
#include "reports/render/html_table.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace countersign::render {
namespace {

constexpr std::size_t kResponseBytesMax = 4000;
constexpr std::size_t kPicksShown = 1000;

/// When a finding was opened, and how long after that its next steps came.
std::string life_of(const reports::Response& response) {
  std::string out = fmt::format("<b>{}</b>", escaped(response.state));
  const auto step = [&](std::string_view name, const std::optional<base::Timestamp>& time) {
    if (!time) return;
    out += fmt::format("<br>{} {}", name, shown(*time));
    if (response.opened && name != "opened") out += "<br>– after " + duration(*response.opened, *time);
  };
  step("opened", response.opened);
  step("acknowledged", response.acknowledged);
  step("resolved", response.resolved);
  return out;
}

std::string prose(std::string_view text) {
  if (text.empty()) return "–";
  return fmt::format("<div class=\"lines\">{}</div>", escaped_start(text, kResponseBytesMax, Lines::kept));
}

bool any_response(const reports::Report& report) {
  return std::any_of(report.controls.begin(), report.controls.end(), [](const auto& result) {
    return std::any_of(result.exceptions.begin(), result.exceptions.end(),
                       [](const auto& one) { return one.response.has_value(); });
  });
}

void table_e(Page& page) {
  Table table(page.out, "table-e", lettered("E", "Findings, and what management says to them"),
              {{"Exception"},
               {"State and times", Set::line},
               {"Management’s response", Set::wide},
               {"Reason of the resolution", Set::wide}});
  for (std::size_t c = 0; c < page.report.controls.size(); ++c) {
    const auto& result = page.report.controls[c];
    for (std::size_t i = 0; i < std::min(result.exceptions.size(), kExceptionsShown); ++i) {
      const auto& one = result.exceptions[i];
      if (!one.response) continue;
      const auto id = exception_id(page, c, i);
      table.row({fmt::format("<a id=\"{0}-r\" href=\"#{0}\">{1}, no.\u00A0{2}</a>", id,
                             escaped(result.control.id), i + 1),
                 life_of(*one.response), prose(one.response->text), prose(one.response->reason)});
    }
  }
  table.end();
}

/// Of which controls not every exception has a finding.
void without_finding(Page& page) {
  std::string items;
  for (const auto& result : page.report.controls) {
    const auto without = std::count_if(result.exceptions.begin(), result.exceptions.end(),
                                       [](const auto& one) { return !one.response; });
    if (without > 0)
      items += fmt::format("<li>{}: {} of {}{}</li>\n", control_link(page, result.control.id),
                           grouped(std::uint64_t(without)), grouped(std::uint64_t{result.exceptions.size()}),
                           result.exceptions_total > result.exceptions.size()
                               ? fmt::format(" that are told, of {} in all", grouped(result.exceptions_total))
                               : "");
  }
  if (!items.empty())
    page.out +=
        "<h3>Exceptions without a finding</h3>\n<p>Of these no finding is recorded, so nothing is known of a "
        "response.</p>\n<ul class=\"prose\">\n" +
        items + "</ul>\n";
}

std::string how_drawn(const reports::Sample& sample) {
  if (sample.method == "random")
    return "Each item has a key, the SHA-256 of the seed, a colon and the item; sorted by key, the first "
           "were taken. "
           "To check one: <code>printf %s 'SEED:ITEM' | sha256sum</code>.";
  if (sample.method == "interval")
    return "Every k-th item of the population was taken; k is the population divided by the size, rounded "
           "down. The first "
           "is the item whose place, from 0, is the remainder of dividing the first eight bytes of the "
           "seed’s SHA-256 by k.";
  return "";
}

void sample_table(Page& page, std::size_t at) {
  const auto& sample = page.report.samples[at];
  const bool keys =
      std::any_of(sample.picks.begin(), sample.picks.end(), [](const auto& one) { return !one.key.empty(); });
  const auto id = fmt::format("sample-{}", at + 1);
  const auto label = page.report.samples.size() > 1 ? fmt::format("F{}", at + 1) : std::string("F");
  page.out += fmt::format("<h3 id=\"{}\">{}</h3>\n<dl class=\"facts\">\n", id,
                          lettered(label, "Sample of " + escaped(sample.control)));
  fact(page.out, "Control", control_link(page, sample.control));
  fact(page.out, "Size", fmt::format("{} of {} items", grouped(sample.size), grouped(sample.population)));
  fact(page.out, "Method",
       fmt::format("{}<span class=\"sub\">{}</span>", escaped(sample.method), how_drawn(sample)));
  fact(page.out, "Seed", fmt::format("<code>{}</code>", escaped(sample.seed)));
  page.out += "</dl>\n";
  std::vector<Column> columns{{"No."}, {"Item", Set::code}};
  if (keys) columns.push_back({"Key", Set::code});
  for (const char* blank : {"A", "B", "C", "D", "E", "F"}) columns.push_back({blank});
  page.out += "<div class=\"grid-blank\">\n";
  const auto count = std::min(sample.picks.size(), kPicksShown);
  Table table(page.out, id + "-table",
              fmt::format("<span class=\"rows\">{} of {} items{}</span>", grouped(std::uint64_t{count}),
                          grouped(std::uint64_t{sample.picks.size()}),
                          count < sample.picks.size() ? ", the others in the report’s JSON" : ""),
              columns, id);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> cells{std::to_string(i + 1), shown(sample.picks[i].item, Number::name)};
    if (keys) cells.push_back(fmt::format("<code class=\"hash\">{}</code>", escaped(sample.picks[i].key)));
    cells.resize(columns.size());
    table.row(cells);
  }
  table.end();
  page.out += "</div>\n";
}

}  // namespace

void exceptions(Page& page) {
  page.begin("exceptions", "Exceptions and management’s response", Page::Start::leaf);
  page.out +=
      "<p>What management says stands here, apart from what the tests found. It comes from the records of "
      "the "
      "findings; no test was changed by it.</p>\n";
  const auto total = [&] {
    std::uint64_t sum = 0;
    for (const auto& result : page.report.controls) sum += result.exceptions_total;
    return sum;
  }();
  if (total == 0) page.out += "<p>No control noted an exception.</p>\n";
  if (any_response(page.report)) table_e(page);
  without_finding(page);
  listings_of(page, "E");
  page.end();
}

void samples(Page& page) {
  const bool listed = std::any_of(page.report.listings.begin(), page.report.listings.end(),
                                  [](const auto& one) { return one.listing.table == "F"; });
  if (page.report.samples.empty() && !listed) return;
  page.begin("samples", "Samples", Page::Start::leaf);
  page.out +=
      "<p>Samples are drawn from populations that stand fixed with their SHA-256, so anybody draws the same "
      "ones "
      "again from the seed. Columns A to F are left blank for what is inspected of each item.</p>\n";
  for (std::size_t i = 0; i < page.report.samples.size(); ++i) sample_table(page, i);
  listings_of(page, "F");
  page.end();
}

}  // namespace countersign::render
