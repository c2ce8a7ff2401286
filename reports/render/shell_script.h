#pragma once

#include "reports/engine/report.h"

#include <string>

/// Lines for the `sqlite3` shell, by which readers repeat a report's queries. Plain text, not escaped for
/// HTML.
namespace countersign::render {

/// `.parameter set :tenant "'acme'"` and so on, a line for each value that the text that makes the tables is
/// given. `N` for a log whose number in the index the run does not know, and -1 for a system log that there
/// is not.
std::string report_values(const reports::Report& report, const reports::Run& run);

/// A line for each parameter of a control or table; empty where there are none. Whatever a text holds, it
/// stays one argument of one line.
std::string definition_values(const reports::Definition& definition);

}  // namespace countersign::render
