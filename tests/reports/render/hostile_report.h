#pragma once

#include "reports/engine/report.h"

#include <string_view>

namespace countersign::testing {

/// Text that means to break out of its place: markup, quotes, control characters, bytes that are not UTF-8,
/// white space of all kinds around it, characters that turn the direction of writing.
std::string_view hostile_text();

/// The sample report with hostile_text() in each text that people or files wrote, names of controls and
/// clauses included.
reports::Report hostile_report();

/// A report that lacks everything that a report may lack: it has one clause, and no control for it.
reports::Report bare_report();

}  // namespace countersign::testing
