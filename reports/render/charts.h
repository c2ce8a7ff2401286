#pragma once

#include "reports/engine/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Charts as inline SVG, told apart by pattern as well as by colour, with their numbers in words beside.
namespace countersign::render {

/// Numbers by month, as stacked bars show them.
struct Bars {
  struct Series {
    std::string name;
    std::vector<std::uint64_t> values;  ///< one for each month
  };
  std::vector<std::string> months;  ///< `2026-01`, each once, without gaps
  std::vector<Series> series;       ///< from the foot of the bars up
};

/// The bars that a table is drawn as: its first column is a month, each other column a number, not negative,
/// or empty. Rows of one month are added up, and months between that have no row are 0. Nothing for any other
/// table, for one that was cut off, of which the bars would tell something wrong, and for more columns than
/// can be told apart.
std::optional<Bars> bars_of(const reports::Listing& listing);

/// A figure with legend. `id` is the begin of the ids in it; title is plain text.
std::string draw(const Bars& bars, std::string_view id, std::string_view title);

/// How the parts of a whole look.
enum class Look { outline, solid, hatched, tinted };

struct Part {
  std::string name;
  std::uint64_t count = 0;
  Look look = Look::outline;
};

/// A whole as one bar that is cut into its parts, with legend.
std::string draw(const std::vector<Part>& parts, std::string_view id, std::string_view title);

/// The patterns that charts are filled with: once in a page, before the first of them.
std::string_view chart_patterns();

}  // namespace countersign::render
