#pragma once

#include "reports/engine/grouped.h"
#include "reports/engine/report.h"

#include <cstdint>
#include <string>
#include <string_view>

/// How text of a report is written in OSCAL.
namespace countersign::render::oscal {

/// `text` on one line: each run of white space, Unicode's too, is one blank, none at the ends; control
/// characters are shown as pictures (U+2400 and on), and bytes that are not UTF-8, and characters that turn
/// the direction of writing, as U+FFFD. `(none)` where nothing is left, because OSCAL has no empty strings.
std::string line(std::string_view text);

/// `text` as line() has it, for a title, description or remark, which are Markdown: characters that would
/// mean more than themselves are escaped.
std::string markup(std::string_view text);

/// `text` as an identifier: an ASCII letter, then letters, digits, '.', '-' and '_'.
std::string token(std::string_view text);

/// The identifier of a framework's clause, as NIST's own catalogues spell theirs: `cc6.1`, `ia-2.1` of
/// `IA-2(1)`, `pci-8.3.4`, `hipaa-164.312.a.2.i`, `iso-27001-a.8.5`.
std::string control_id(std::string_view framework, std::string_view clause);

/// What stands in a cell; `not set` where nothing does.
std::string cell_text(const reports::Cell& cell);

using reports::grouped;

}  // namespace countersign::render::oscal
