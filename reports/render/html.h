#pragma once

#include "reports/engine/report.h"

#include <string>

namespace countersign::render {

/// The report as one page of HTML in UTF-8 that needs nothing else: no script, no other file, no address. It
/// reads on a screen, light or dark, on a phone, through a screen reader (WCAG 2.2 AA), and prints with a
/// running header and footer. Everything in the report counts as hostile text: it is escaped, and what cannot
/// be seen is made visible. The same report and run give the same bytes. The page is bounded: of each
/// control's exceptions it shows the first kExceptionsShown, of each table the first kRowsShown, and says how
/// many more the report's JSON has. Any thread.
std::string to_html(const reports::Report& report, const reports::Run& run);

inline constexpr std::size_t kExceptionsShown = 200;
inline constexpr std::size_t kRowsShown = 500;

}  // namespace countersign::render
