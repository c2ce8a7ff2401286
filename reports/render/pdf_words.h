#pragma once

#include "ledger/base/time.h"
#include "reports/engine/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a PDF says, as text that may be drawn: numbers, times, and what came from elsewhere.
namespace countersign::render::pdf {

/// Text that may have been chosen by anybody, on one line: control characters, line breaks and characters
/// that are not seen or that turn the direction of writing become `<U+000A>`, bytes that are not UTF-8
/// U+FFFD. Cut behind `bytes_max`, and says by how much.
std::string one_line(std::string_view text, std::size_t bytes_max);
/// The same, with line feeds kept and tabs as four spaces.
std::string lines(std::string_view text, std::size_t bytes_max);

/// `1,204`
std::string number(std::uint64_t value);
std::string number(std::int64_t value);
/// `2026-01-31 09:30:00 UTC`; with a fraction only if there is one.
std::string time(base::Timestamp time);
/// `2026-01-31 09:30:00 UTC`, or a dash.
std::string time(const std::optional<base::Timestamp>& when);
std::string hex(const base::Digest& digest);
/// A cell as it is shown in a table; empty for none.
std::string cell(const reports::Cell& value);
/// What names an item of a population: a number without separators.
std::string item(const reports::Cell& value);
/// `records 17, 18; system record 4`
std::string records(const reports::Exception& exception);
std::string joined(const std::vector<std::string>& parts, std::string_view between);
/// `SOC 2 CC6.1, CC7.2`; `SOC 2, 31 clauses` where they are too many for a title
std::string criteria(const reports::Report& report);
/// `2026-07-01 00:00:00 UTC to 2026-10-01 00:00:00 UTC`
std::string period(const reports::Report& report);

}  // namespace countersign::render::pdf
