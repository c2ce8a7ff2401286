#include "reports/render/pdf_sections.h"
#include "reports/render/pdf_table.h"
#include "reports/render/pdf_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::render::pdf {
namespace {

std::string line(std::string_view text) { return one_line(text, kCellBytesMax); }

std::string steps(const reports::Exception& exception) {
  std::string out = exception.response ? line(exception.response->state) : "not opened";
  if (!exception.finding.empty()) out += "\nfinding " + line(exception.finding);
  const auto add = [&out](const char* name, const std::optional<base::Timestamp>& when) {
    if (when) out += fmt::format("\n{} {}", name, time(*when).substr(0, 19));
  };
  if (exception.response) {
    add("opened", exception.response->opened);
    add("acknowledged", exception.response->acknowledged);
    add("resolved", exception.response->resolved);
  }
  return out;
}

std::string answer(const reports::Response& response) {
  std::string out = response.text.empty() ? "No response is recorded." : lines(response.text, kCellBytesMax);
  if (!response.reason.empty()) out += "\nReason of the resolution: " + lines(response.reason, kCellBytesMax);
  return out;
}

void write_sample(Flow& flow, const reports::Sample& sample) {
  flow.heading(3, "Sample of " + line(sample.control), "");
  draw(flow, {{"Drawn", fmt::format("{} of {} items, by the method “{}”", number(sample.size),
                                    number(sample.population), line(sample.method))},
              {"Seed", line(sample.seed), kCellMono}});
  constexpr TextStyle kKey{Face::mono, 6.4, 11};  // so that it stands on one line
  Table table;
  table.columns = {{"No.", 22, kCell}, {"Item", 0, kCellMono}};
  table.columns[0].style.align = Align::right;
  const bool keys = std::any_of(sample.picks.begin(), sample.picks.end(),
                                [](const auto& pick) { return !pick.key.empty(); });
  if (keys) table.columns.push_back({"Key: SHA-256 of seed, colon, item", 250, kKey});
  for (const char* blank : {"A", "B", "C", "D", "E", "F"}) table.columns.push_back({blank, 14, kCell});
  const std::size_t shown = std::min(sample.picks.size(), kPicksShown);
  for (std::size_t at = 0; at < shown; ++at) {
    auto& row = table.rows.emplace_back(table.columns.size());
    row[0].text = std::to_string(at + 1);
    row[1].text = item(sample.picks[at].item);
    if (keys) row[2].text = line(sample.picks[at].key);
  }
  if (shown > 0) draw(flow, table);
  if (sample.picks.size() > shown) {
    flow.paragraph(fmt::format("And {} more in report.json.", number(sample.picks.size() - shown)), kNote);
  }
}

void write_values(Flow& flow, const reports::Report& report, const reports::Run& run) {
  const auto log_number = [](const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : std::string("of the index or bundle at hand");
  };
  Table table;
  table.columns = {{"Name", 92, kCellMono}, {"Value", 150, kCellMono}, {"Meaning"}};
  table.rows = {
      {{":log"}, {log_number(run.log_number)}, {"number of the tenant’s log in the index"}},
      {{":system_log"}, {log_number(run.system_log_number)}, {"number of the system log in the index"}},
      {{":tenant"}, {line(report.tenant)}, {"the tenant’s name"}},
      {{":first_seq"}, {std::to_string(report.first_seq)}, {"the first record that counts"}},
      {{":end_seq"}, {std::to_string(report.end_seq)}, {"the record behind the last that counts"}},
      {{":system_size"},
       {std::to_string(report.system_log ? report.system_log->size : 0)},
       {"records of the system log that count"}},
      {{":from"},
       {std::to_string(report.from.micros)},
       {"begin of the period, inclusive, in microseconds since 1970 in UTC"}},
      {{":until"}, {std::to_string(report.until.micros)}, {"end of the period, exclusive, in the same unit"}},
  };
  draw(flow, table);
}

void write_signature(Flow& flow, const std::string& role) {
  flow.heading(3, role, "", 110);
  Table table;
  table.columns = {{"", 60, kCell}, {"", 240, kCell}, {"", 40, kCell}, {"", 0, kCell}};
  table.rows = {{{"Name"}, {""}, {"Title"}, {""}}, {{"Signature"}, {""}, {"Date"}, {""}}};
  draw_blanks(flow, table);
}

}  // namespace

void write_responses(Flow& flow, const reports::Report& report) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "5  Exceptions and management’s responses", "responses");
  flow.heading(2, "Table E. Exceptions", "tableE");
  flow.paragraph(
      "Responses are management’s and stand apart from the results. What was observed, and the records "
      "that show it, stand with each control.",
      kNote);
  Table table;
  table.columns = {{"Control", 96, kCellBold},
                   {"Item", 78, kCellMono},
                   {"State, times in UTC", 134},
                   {"Management’s response"}};
  std::uint64_t left_out = 0;
  for (std::size_t at = 0; at < report.controls.size(); ++at) {
    const auto& result = report.controls[at];
    const std::size_t shown = std::min(result.exceptions.size(), kExceptionsShown);
    left_out += result.exceptions_total - std::min<std::uint64_t>(shown, result.exceptions_total);
    for (std::size_t one = 0; one < shown; ++one) {
      const auto& exception = result.exceptions[one];
      table.rows.push_back({{line(result.control.id), control_anchor(at)},
                            {item(exception.item)},
                            {steps(exception)},
                            {exception.response ? answer(*exception.response) : "No response is recorded."}});
    }
  }
  if (table.rows.empty() && left_out == 0) flow.paragraph("No exceptions noted.");
  if (!table.rows.empty()) draw(flow, table);
  if (left_out > 0) flow.paragraph(fmt::format("And {} more in report.json.", number(left_out)), kNote);
}

void write_samples(Flow& flow, const reports::Report& report) {
  if (report.samples.empty()) return;
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "6  Samples", "samples");
  flow.heading(2, "Table F. Samples of populations", "tableF", 120);
  flow.paragraph(
      "A sample of the method “random” holds the items with the smallest keys; whoever has the "
      "population and the seed draws it again. Columns A to F are for the reader’s attributes.",
      kNote);
  for (const auto& sample : report.samples) write_sample(flow, sample);
}

void write_appendix(Flow& flow, const reports::Report& report, const reports::Run& run) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "Appendix: method", "appendix");
  flow.heading(2, "How figures are made", "method");
  flow.paragraph(
      "Every control tests its whole population by two queries: one finds the items that are tested, "
      "the other the exceptions among them. A row that is no item of the population would be an error, "
      "not an exception.");
  flow.paragraph(
      "The queries read tables in memory, which the SQL at the end of this appendix makes of the "
      "records: on the appliance of its index, elsewhere of the records of a bundle. The same SQL "
      "gives the same figures in both.");
  flow.list(
      {"Times are UTC. The period goes by when things happened, as the sources’ clocks told it.",
       "Personal values stand as tokens. A token is the same wherever the value is the same within a tenant.",
       "What no source sent is not in the log, and nothing here speaks of it.",
       "The digest of a query is SHA-256, in hexadecimal, over exactly its text in UTF-8.",
       "The digest of a population is SHA-256 over its items, sorted, each followed by a line feed."});
  flow.heading(2, "Values that the queries are given", "values");
  write_values(flow, report, run);
  if (!report.listings.empty()) {
    flow.heading(2, "Queries of the tables", "queries");
    for (const auto& listing : report.listings) {
      const auto& what = listing.listing;
      write_query(flow, fmt::format("Table {}. {}", line(what.table), line(what.title)), what.rows);
      write_parameters(flow, what.parameters);
    }
  }
  flow.heading(2, "Tables that the queries read", "workspace");
  flow.code(lines(report.workspace_sql, kCodeBytesMax));
}

void write_signatures(Flow& flow, const reports::Report& report, const reports::Run& run) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "Signatures", "signatures");
  flow.paragraph(fmt::format("For {}, period {}.", line(report.tenant), period(report)));
  flow.paragraph(fmt::format("Root hash of the log: {}. Run {} by {}.", hex(report.as_of.root), time(run.at),
                             line(run.by)),
                 kNote);
  flow.space(10);
  for (const char* role : {"Prepared by", "Reviewed by", "Approved by management"})
    write_signature(flow, role);
}

}  // namespace countersign::render::pdf
