#pragma once

#include "reports/engine/report.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The parts of a report's page, in files by what they tell: html_cover.cpp, html_summary.cpp,
/// html_tables.cpp, html_controls.cpp, html_exceptions.cpp, html_appendix.cpp.
namespace countersign::render {

/// A page that is being written. Sections append to `out`; what they note under `contents` becomes its
/// contents.
struct Page {
  struct Entry {
    std::string id, title;  ///< title is HTML
    bool below = false;     ///< of the entry before
  };

  Page(const reports::Report& of, const reports::Run& made);

  /// Begins a section with a heading of the second level; title is HTML. `leaf`: on a new printed page.
  enum class Start { flowing, leaf };
  void begin(std::string_view id, std::string_view title, Start start = Start::flowing);
  void end();

  const reports::Report& report;
  const reports::Run& run;
  std::vector<std::string> control_ids;  ///< of each control's section, each once
  std::vector<Entry> contents;
  std::string out;
};

/// `SOC 2 CC6.1, CC7.2`; plain text, not escaped.
std::string scope_title(const reports::Report& report);
/// `Management’s evidence and control-test results for SOC 2 CC6.1, CC7.2`; plain text, not escaped.
std::string title_of(const reports::Report& report);

/// A sign and words for an outcome, told apart without colour.
std::string mark(reports::Outcome outcome);
/// The sign, and the result in its own words.
std::string signed_wording(const reports::ControlResult& result);
/// A link to a control's section, by its id; the escaped id alone where the report has no such control.
std::string control_link(const Page& page, std::string_view control);
/// The id of an exception's row in its control's table.
std::string exception_id(const Page& page, std::size_t control, std::size_t exception);
/// A term and what is said of it, in a list of facts; what is said is HTML.
void fact(std::string& out, std::string_view term, std::string_view said);
/// A query with its file, line and SHA-256 above it.
void query_figure(std::string& out, std::string_view what, const reports::Query& query);
/// A value with its unit: `900 s`.
std::string with_unit(const reports::Parameter& parameter);

/// What the ids of cited records begin with; `-` and the number follow.
inline constexpr std::string_view kRecordAnchor = "record", kSystemRecordAnchor = "system-record";

std::string cover(const reports::Report& report, const reports::Run& run);
void summary(Page& page);
void system_and_sources(Page& page);
void completeness(Page& page);
/// Tables C to K, those without a letter last; those of letters that have a section of their own stand there.
void tables(Page& page);
/// The listings that belong to a table, with charts of what has months.
void listings_of(Page& page, std::string_view letter);
void controls(Page& page);
void exceptions(Page& page);
/// The records that exceptions name.
void records(Page& page);
void samples(Page& page);
void appendix(Page& page);
void signatures(Page& page);

}  // namespace countersign::render
