#pragma once

#include "reports/engine/report.h"

#include <string>
#include <string_view>

namespace countersign::render {

/// The style sheet of a report's page: screen in two themes, narrow windows, and paper.
std::string_view style_sheet();

/// What each printed page carries in its margins: whose report, of which log, criteria and period, who ran it
/// when, over which checkpoint, and which page of how many.
std::string page_margins(const reports::Report& report, const reports::Run& run);

}  // namespace countersign::render
