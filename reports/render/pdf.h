#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"

#include <string>

namespace countersign::render {

/// Writes a report as a tagged PDF: A4, bookmarks, links, a running head and foot on each page, and a page
/// for signatures at the end. All text of the report is taken as text: nothing in it is markup, and control
/// characters become visible. The bytes follow from the report, the run and the fonts of the machine, so two
/// calls give the same.
///
/// Of a control 100 exceptions are shown, of a listing 500 rows, and the document says how many more there
/// are. Takes a few milliseconds a page and memory for one page beside the document. May be called from any
/// thread.
///
/// Fails with failed_precondition where the fonts are not installed (the message names the packages), with
/// internal where the PDF library does.
base::Result<std::string> to_pdf(const reports::Report& report, const reports::Run& run);

}  // namespace countersign::render
