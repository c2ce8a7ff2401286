#include "reports/render/charts.h"
#include "reports/render/html.h"
#include "reports/render/html_sections.h"
#include "reports/render/html_table.h"
#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace countersign::render {
namespace {

/// The tables that listings alone fill, in order. A, B, D, E and F have sections of their own.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kLettered{{
    {"C", "Population profile"},
    {"G", "Detection"},
    {"H", "Monitoring of the monitor"},
    {"I", "Configuration and policy changes"},
    {"J", "Access to evidence"},
    {"K", "Limits of this evidence"},
}};
constexpr std::string_view kElsewhere = "ABDEF";

bool is_lettered(std::string_view letter) {
  if (letter.size() != 1) return false;
  const bool in_table =
      std::any_of(kLettered.begin(), kLettered.end(), [&](const auto& one) { return one.first == letter; });
  return in_table || kElsewhere.find(letter) != std::string_view::npos;
}

/// A column whose cells are all numbers, or empty, is set to the right.
bool is_numeric(const reports::Listing& listing, std::size_t column) {
  bool any = false;
  for (const auto& row : listing.rows) {
    if (column >= row.size() || std::holds_alternative<std::monostate>(row[column])) continue;
    if (!std::holds_alternative<std::int64_t>(row[column])) return false;
    any = true;
  }
  return any;
}

/// The longest text of a column, and the longest run in it that has no place to break, in bytes.
struct Longest {
  std::size_t text = 0, run = 0;
};

Longest longest_in(const reports::Listing& listing, std::size_t column) {
  Longest out;
  for (const auto& row : listing.rows) {
    const auto* text = column < row.size() ? std::get_if<std::string>(&row[column]) : nullptr;
    if (text == nullptr) continue;
    out.text = std::max(out.text, text->size());
    std::size_t run = 0;
    for (const char c : *text) {
      run = c == ' ' || c == '-' ? 0 : run + 1;
      out.run = std::max(out.run, run);
    }
  }
  return out;
}

Set set_of(const reports::Listing& listing, std::size_t column) {
  if (is_numeric(listing, column)) return Set::number;
  constexpr std::size_t kShort = 24;
  const auto longest = longest_in(listing, column);
  if (longest.run > kShort) return Set::code;
  return longest.text <= kShort ? Set::line : Set::text;
}

std::string sql_id(std::size_t listing) { return fmt::format("query-{}", listing + 1); }

void listing_table(Page& page, const reports::Listing& listing, std::size_t at, std::string_view letter) {
  const auto& definition = listing.listing;
  const auto id = fmt::format("listing-{}", at + 1);
  page.out += fmt::format("<h3 id=\"{}\">{}</h3>\n", id, lettered(letter, escaped(definition.title)));
  if (!definition.objective.empty()) page.out += fmt::format("<p>{}</p>\n", escaped(definition.objective));
  if (const auto bars = bars_of(listing))
    page.out += draw(*bars, fmt::format("chart-{}", at + 1), "Month by month");
  const auto count = std::min(listing.rows.size(), kRowsShown);
  const auto total = std::max<std::uint64_t>(listing.rows_total, listing.rows.size());
  if (count == 0) {
    page.out += fmt::format("<p>No rows; <a href=\"#{}\">the query</a>.</p>\n", sql_id(at));
    return;
  }
  std::vector<Column> columns;
  for (std::size_t i = 0; i < definition.columns.size(); ++i)
    columns.push_back({definition.columns[i], set_of(listing, i)});
  Table table(page.out, id + "-table",
              fmt::format("<span class=\"rows\">{} of {} rows{}; <a href=\"#{}\">the query</a></span>",
                          grouped(std::uint64_t{count}), grouped(total),
                          count < total ? ", more of them in the report’s JSON" : "", sql_id(at)),
              columns, id);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> cells;
    for (const auto& cell : listing.rows[i]) cells.push_back(shown(cell, Number::figure));
    table.row(cells);
  }
  table.end();
}

}  // namespace

void listings_of(Page& page, std::string_view letter) {
  const auto& all = page.report.listings;
  const auto belongs = [&](const reports::Listing& one) {
    return letter.empty() ? !is_lettered(one.listing.table) : one.listing.table == letter;
  };
  // Tables A, B, E and F of the page's own count, too.
  std::size_t number =
      letter.empty() || std::string_view("ABEF").find(letter) == std::string_view::npos ? 0 : 1;
  const bool several = number + static_cast<std::size_t>(std::count_if(all.begin(), all.end(), belongs)) > 1;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!belongs(all[i])) continue;
    ++number;
    std::string label(letter);
    if (several && !label.empty()) label += std::to_string(number);
    listing_table(page, all[i], i, label);
  }
}

void tables(Page& page) {
  const auto has = [&](auto belongs) {
    return std::any_of(page.report.listings.begin(), page.report.listings.end(), belongs);
  };
  for (const auto& [letter, title] : kLettered) {
    if (!has([&, l = letter](const auto& one) { return one.listing.table == l; })) continue;
    const auto id = fmt::format("section-{}", static_cast<char>(std::tolower(letter[0])));
    page.begin(id, title);
    listings_of(page, letter);
    page.end();
  }
  if (has([](const auto& one) { return !is_lettered(one.listing.table); })) {
    page.begin("section-further", "Further tables");
    listings_of(page, "");
    page.end();
  }
}

void completeness(Page& page) {
  const auto& report = page.report;
  page.begin("completeness", "Completeness and accuracy");
  const auto records = report.end_seq > report.first_seq ? report.end_seq - report.first_seq : 0;
  page.out +=
      "<p>Records of a log are numbered without gaps, and the root of a checkpoint changes with every record "
      "that is left out, "
      "added, moved or altered. So the range below is the whole population between its ends. Each table and "
      "each "
      "control comes from one query over it, which is printed with its SHA-256 and can be run again.</p>\n";
  page.out += "<dl class=\"facts\">\n";
  fact(page.out, "Records expected",
       fmt::format("{}<span class=\"sub\">from number {} up to, without, {}</span>", grouped(records),
                   report.first_seq, report.end_seq));
  fact(page.out, "Events among them", grouped(report.events));
  fact(page.out, "Difference",
       records >= report.events ? fmt::format("{}<span class=\"sub\">records of the range that the tables "
                                              "for the queries do not hold as events</span>",
                                              grouped(records - report.events))
                                : fmt::format("{} more events than records: the report contradicts itself",
                                              grouped(report.events - records)));
  fact(
      page.out, "Events in the period",
      fmt::format(
          "{}<span class=\"sub\">{} of the range happened outside of it; queries see them only as what came "
          "before or after</span>",
          grouped(report.events_in_period),
          report.events >= report.events_in_period ? grouped(report.events - report.events_in_period) : "?"));
  fact(page.out, "Log behind the range",
       report.as_of.size > report.end_seq
           ? fmt::format("{} records of the checkpoint are not looked at",
                         grouped(report.as_of.size - report.end_seq))
           : std::string("nothing: the range goes to the end of the checkpoint"));
  page.out += "</dl>\n";

  Table table(
      page.out, "table-b", lettered("B", "Each query, and how many rows it gave"),
      {{"Query"}, {"Rows", Set::number}, {"Shown here", Set::number}, {"SHA-256 of its text", Set::code}});
  for (const auto& result : report.controls) {
    table.row({control_link(page, result.control.id) + ", population", grouped(result.population), "0",
               shown(result.control.population.sha256)});
    table.row({control_link(page, result.control.id) + ", exceptions", grouped(result.exceptions_total),
               grouped(std::uint64_t{std::min(result.exceptions.size(), kExceptionsShown)}),
               shown(result.control.exceptions.sha256)});
  }
  for (std::size_t i = 0; i < report.listings.size(); ++i) {
    const auto& listing = report.listings[i];
    table.row(
        {fmt::format("<a class=\"ref\" href=\"#listing-{}\">{}</a>", i + 1, escaped(listing.listing.id)),
         grouped(listing.rows_total), grouped(std::uint64_t{std::min(listing.rows.size(), kRowsShown)}),
         shown(listing.listing.rows.sha256)});
  }
  table.end();
  listings_of(page, "B");
  page.end();
}

}  // namespace countersign::render
