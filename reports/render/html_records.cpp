#include "reports/render/html_sections.h"
#include "reports/render/html_table.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

namespace countersign::render {
namespace {

/// A token by its beginning, which tells it apart here; the JSON has all of it.
std::string shown_person(std::string_view person) {
  constexpr std::size_t kToken = 43, kShown = 10;
  if (person.empty()) return "–";
  const bool token = person.size() == kToken && anchor(person) == person;
  return token ? fmt::format("<code>{}…</code>", person.substr(0, kShown)) : escaped(person);
}

void table(Page& page, std::string_view anchor, std::string_view log,
           const std::vector<reports::CitedRecord>& records) {
  if (records.empty()) return;
  Table out(page.out, fmt::format("{}-table", anchor),
            fmt::format("Records of <code>{}</code>", escaped(log)),
            {{"Number", Set::line},
             {"Happened", Set::line},
             {"Received", Set::line},
             {"Source"},
             {"Type", Set::line},
             {"Person", Set::line},
             {"About", Set::wide}});
  for (const auto& one : records)
    out.row({fmt::format("<span id=\"{}-{}\">{}</span>", anchor, one.seq, one.seq), shown(one.occurred),
             shown(one.received), escaped(one.source), escaped(one.type), shown_person(one.person),
             one.about.empty() ? "–" : escaped(one.about)});
  out.end();
}

}  // namespace

void records(Page& page) {
  if (page.report.cited.empty() && page.report.cited_system.empty()) return;
  page.begin("records", "Records that exceptions name", Page::Start::leaf);
  page.out += fmt::format(
      "<p>Of each exception the first {} records, and {} in all at most. A person is a token, the same in "
      "every record of the same person. The bundle has the whole record of each number, and so has "
      "<code>GET /v1/tenants/{}/records/NUMBER</code>.</p>\n",
      reports::kRecordsCited, grouped(std::uint64_t{reports::kCitedMost}), escaped(page.report.tenant));
  table(page, kRecordAnchor, page.report.log, page.report.cited);
  if (page.report.system_log)
    table(page, kSystemRecordAnchor, page.report.system_log->log, page.report.cited_system);
  page.end();
}

}  // namespace countersign::render
