#include "reports/render/pdf_sections.h"
#include "reports/render/pdf_table.h"
#include "reports/render/pdf_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace countersign::render::pdf {
namespace {

std::string line(std::string_view text) { return one_line(text, kCellBytesMax); }

TextStyle right(TextStyle style) {
  style.align = Align::right;
  return style;
}

void write_table_a(Flow& flow, const reports::Report& report) {
  Table table;
  table.columns = {{"Control", 112, kCellBold},
                   {"What it tests"},
                   {"Items tested", 42, right(kCell)},
                   {"Exceptions", 50, right(kCell)},
                   {"Result", 148}};
  for (std::size_t at = 0; at < report.controls.size(); ++at) {
    const auto& result = report.controls[at];
    table.rows.push_back({{line(result.control.id), control_anchor(at)},
                          {line(result.control.title)},
                          {number(result.population)},
                          {number(result.exceptions_total)},
                          {line(result.wording()),
                           {},
                           result.outcome == reports::Outcome::no_exceptions ? kCell : kCellBold}});
  }
  draw(flow, table);
}

void write_clauses(Flow& flow, const reports::Report& report) {
  std::map<std::string, std::size_t> places;
  for (std::size_t at = 0; at < report.controls.size(); ++at) places[report.controls[at].control.id] = at;
  Table table;
  table.columns = {{"Clause", 62, kCellBold}, {"What it asks"}, {"Control", 150}, {"Result", 88}};
  for (const auto& clause : report.clauses) {
    bool first = true;
    for (const std::string& id : clause.controls) {
      const auto place = places.find(id);
      const bool known = place != places.end();
      table.rows.push_back(
          {{first ? line(clause.id) : ""},
           {first ? line(clause.title) : ""},
           {line(id), known ? control_anchor(place->second) : ""},
           {known ? std::string(in_brief(report.controls[place->second])) : "not in this report"}});
      first = false;
    }
    if (first) table.rows.push_back({{line(clause.id)}, {line(clause.title)}, {"none"}, {"not tested"}});
  }
  draw(flow, table);
}

/// Whether as many events were found as numbers of records say there are.
std::string found(std::uint64_t events, std::uint64_t records) {
  if (records == 0 && events == 0) return "none: nothing is proven for this period";
  if (events == records) return number(events) + ", as many as expected: no number is missing";
  return fmt::format("{}, which is not what is expected: the difference is {}", number(events),
                     number(static_cast<std::int64_t>(events - records)));
}

std::vector<Fact> facts_of_logs(const reports::Report& report) {
  const std::uint64_t records = report.end_seq - std::min(report.first_seq, report.end_seq);
  std::vector<Fact> facts = {
      {"Records looked at",
       records == 0 ? "none"
                    : fmt::format("{} to {} of {}", report.first_seq, report.end_seq - 1, line(report.log))},
      {"Records expected",
       records == 0 ? "none" : fmt::format("{}: the last number less the first, and one", number(records))},
      {"Events found", found(report.events, records)},
      {"Of these in the period", fmt::format("{}, by when they happened", number(report.events_in_period))},
      {"First received", time(report.first_received)},
      {"Last received", time(report.last_received)},
      {"Checkpoint of the log",
       fmt::format("{} records, signed {}", number(report.as_of.size), time(report.as_of.time))},
      {"Its root hash", hex(report.as_of.root), kCellMono},
  };
  if (report.system_log) {
    facts.push_back({"System log", line(report.system_log->log), kCellMono});
    facts.push_back({"Its checkpoint", fmt::format("{} records, signed {}", number(report.system_log->size),
                                                   time(report.system_log->time))});
    facts.push_back({"Its root hash", hex(report.system_log->root), kCellMono});
  } else {
    facts.push_back(
        {"System log", "none was given: nothing is known of policies and of what was done to the appliance"});
  }
  return facts;
}

void write_listing(Flow& flow, const reports::Listing& listing, const std::string& anchor) {
  const auto& what = listing.listing;
  flow.heading(2, fmt::format("Table {}. {}", line(what.table), line(what.title)), anchor);
  if (!what.objective.empty()) flow.paragraph(lines(what.objective, kTextBytesMax), kNote);
  const std::size_t columns = std::min(what.columns.size(), kColumnsShown);
  const std::size_t rows = std::min(listing.rows.size(), kRowsShown);
  if (rows == 0 || columns == 0) {
    flow.paragraph("There are no rows.");
    return;
  }
  Table table;
  constexpr std::size_t kTitleBytesMax = 80;
  for (std::size_t at = 0; at < columns; ++at) {
    const bool figures = std::all_of(listing.rows.begin(), listing.rows.end(), [at](const auto& row) {
      return at >= row.size() || !std::holds_alternative<std::string>(row[at]);
    });
    table.columns.push_back({one_line(what.columns[at], kTitleBytesMax), 0, figures ? right(kCell) : kCell});
  }
  for (std::size_t row = 0; row < rows; ++row) {
    auto& cells = table.rows.emplace_back(columns);
    for (std::size_t at = 0; at < std::min(columns, listing.rows[row].size()); ++at) {
      cells[at].text = cell(listing.rows[row][at]);
    }
  }
  draw(flow, table);
  if (listing.rows_total > rows) {
    flow.paragraph(fmt::format("{} of {} rows are shown, and {} more are in report.json.", number(rows),
                               number(listing.rows_total), number(listing.rows_total - rows)),
                   kNote);
  }
  if (what.columns.size() > columns) {
    flow.paragraph(fmt::format("{} of {} columns are shown; the others are in report.json.", columns,
                               what.columns.size()),
                   kNote);
  }
}

/// Listings in the order of their tables' letters; of one letter in the report's order.
std::vector<const reports::Listing*> by_letter(const reports::Report& report) {
  std::vector<const reports::Listing*> out;
  for (const auto& listing : report.listings) out.push_back(&listing);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto* a, const auto* b) { return a->listing.table < b->listing.table; });
  return out;
}

}  // namespace

void write_summary(Flow& flow, const reports::Report& report) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "1  Summary", "summary");
  flow.heading(2, "Table A. Controls and results", "tableA");
  if (report.controls.empty()) {
    flow.paragraph("This report holds no control: nothing was tested.");
  } else {
    write_table_a(flow, report);
  }
  if (report.clauses.empty()) return;
  flow.heading(2, "By clause of " + line(reports::framework_title(report.framework)), "clauses");
  write_clauses(flow, report);
}

void write_completeness(Flow& flow, const reports::Report& report) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "2  Completeness and accuracy", "completeness");
  flow.heading(2, "Table B. What was looked at", "tableB");
  flow.paragraph(
      "Numbers of records have no gaps, each record holds the hash of the one before, and the "
      "checkpoint signs the Merkle tree over all of them. So a record that was left out, added or "
      "altered would change the root hash.",
      kNote);
  draw(flow, facts_of_logs(report));
  std::size_t count = 0;
  for (const auto* listing : by_letter(report)) {
    if (listing->listing.table == "B") write_listing(flow, *listing, fmt::format("b{}", ++count));
  }
}

void write_listings(Flow& flow, const reports::Report& report) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "3  System, population and monitoring", "listings");
  std::size_t count = 0;
  for (const auto* listing : by_letter(report)) {
    if (listing->listing.table != "B") write_listing(flow, *listing, fmt::format("l{}", ++count));
  }
  if (count == 0) flow.paragraph("This report holds no further tables.");
}

}  // namespace countersign::render::pdf
