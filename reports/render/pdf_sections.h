#pragma once

#include "reports/engine/report.h"
#include "reports/render/pdf_flow.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What a report's PDF says, section by section, in the order in which an auditor reads.
namespace countersign::render::pdf {

/// `Management's evidence and control-test results for SOC 2 CC6.1, CC7.2`
std::string report_title(const reports::Report& report);
/// Of a control, by its place in the report: what links to it name.
std::string control_anchor(std::size_t index);
/// `no exceptions noted`
std::string_view in_brief(const reports::ControlResult& result);

void write_cover(Flow& flow, const reports::Report& report, const reports::Run& run);
/// The sections with the pages on which they begin, from a page of its own to the end of one.
void write_contents(Flow& flow, const std::vector<Entry>& entries);

/// Table A, and which control supports which clause.
void write_summary(Flow& flow, const reports::Report& report);
/// Table B: that nothing is left out or altered.
void write_completeness(Flow& flow, const reports::Report& report);
/// The listings of tables C to K.
void write_listings(Flow& flow, const reports::Report& report);
void write_controls(Flow& flow, const reports::Report& report);
/// Table E: exceptions and what management says to them.
void write_responses(Flow& flow, const reports::Report& report);
/// Table F.
void write_samples(Flow& flow, const reports::Report& report);
/// Method, values, the queries of listings, and the SQL of the tables that queries read.
void write_appendix(Flow& flow, const reports::Report& report, const reports::Run& run);
void write_signatures(Flow& flow, const reports::Report& report, const reports::Run& run);

/// A query with its file, line and digest.
void write_query(Flow& flow, const std::string& name, const reports::Query& query);
/// A table of parameters; nothing if there are none.
void write_parameters(Flow& flow, const std::vector<reports::Parameter>& parameters);

}  // namespace countersign::render::pdf
