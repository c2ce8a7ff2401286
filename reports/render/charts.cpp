#include "reports/render/charts.h"

#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <variant>

namespace countersign::render {
namespace {

constexpr std::size_t kSeriesMax = 6;  ///< that s0 to s5 of the style sheet tell apart
constexpr int kMonthsMax = 240;
constexpr std::uint64_t kTotalMax = 1'000'000'000'000;

constexpr double kPlotHeight = 180, kPlotTop = 18;
constexpr int kFigureHeight = 240;

bool is_month(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 7 || text[4] != '-') return false;
  for (const std::size_t at : {0, 1, 2, 3, 5, 6})
    if (!digit(at)) return false;
  const auto month = text.substr(5);
  return month >= "01" && month <= "12";
}

int month_number(std::string_view month) {
  return std::stoi(std::string(month.substr(0, 4))) * 12 + std::stoi(std::string(month.substr(5))) - 1;
}

std::string month_name(int number) { return fmt::format("{:04}-{:02}", number / 12, number % 12 + 1); }

/// The distance of the lines behind the bars: 1, 2 or 5 times a power of ten, so that about four are enough.
std::uint64_t grid_step(std::uint64_t most) {
  std::uint64_t power = 1;
  while (true) {
    for (const std::uint64_t times : {1, 2, 5})
      if (power * times * 4 >= most) return power * times;
    power *= 10;
  }
}

std::string axis_number(std::uint64_t number) {
  constexpr std::uint64_t kMillion = 1'000'000;
  if (number >= 10 * kMillion && number % kMillion == 0) return grouped(number / kMillion) + " M";
  return grouped(number);
}

std::uint64_t total_of(const Bars& bars, std::size_t month) {
  std::uint64_t total = 0;
  for (const auto& series : bars.series) total += series.values[month];
  return total;
}

std::string legend(const std::vector<std::array<std::string, 3>>& entries) {
  std::string out = "<ul class=\"legend\">";
  for (const auto& [look, name, number] : entries)
    out += fmt::format(
        "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect class=\"{}\" x=\"1\" y=\"1\" "
        "width=\"12\" height=\"12\"/></svg> {} <b>{}</b></li>",
        look, name, number);
  return out + "</ul>\n";
}

std::string figure_begin(std::string_view id, std::string_view title, std::string_view description,
                         int height, int width_max) {
  return fmt::format(
      "<figure class=\"chart\" style=\"max-width:{4}px\">\n<figcaption>{1}</figcaption>\n<div "
      "class=\"plot{5}\"><svg role=\"img\" width=\"100%\" height=\"{3}\" aria-labelledby=\"{0}-title "
      "{0}-text\"><title id=\"{0}-title\">{1}</title><desc id=\"{0}-text\">{2}</desc>\n",
      id, escaped(title), description, height, width_max, height == kFigureHeight ? " axes" : "");
}

void draw_grid(std::string& out, std::uint64_t step, std::uint64_t top) {
  for (std::uint64_t line = 0; line <= top; line += step) {
    const double y = kPlotTop + kPlotHeight * (1 - static_cast<double>(line) / static_cast<double>(top));
    out += fmt::format(
        "<line class=\"{}\" x1=\"0\" x2=\"100%\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text x=\"-10\" "
        "y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        line == 0 ? "base" : "grid", y, y, y + 4, axis_number(line));
  }
}

/// Under a bar: the month, and below the first of a year the year.
void draw_month(std::string& out, const Bars& bars, std::size_t i, double middle) {
  const std::string_view name = bars.months[i];
  constexpr std::size_t kEachUpTo = 24;
  const bool year = i == 0 || name.ends_with("-01");
  const double y = kPlotTop + kPlotHeight;
  if (bars.months.size() <= kEachUpTo)
    out += fmt::format("<text x=\"{:.2f}%\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>", middle, y + 17,
                       name.substr(5));
  if (year)
    out += fmt::format("<text class=\"year\" x=\"{:.2f}%\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>",
                       middle, y + 33, name.substr(0, 4));
}

}  // namespace

std::optional<Bars> bars_of(const reports::Listing& listing) {
  const auto columns = listing.listing.columns.size();
  if (listing.rows.empty() || listing.rows_total > listing.rows.size() || columns < 2 ||
      columns > kSeriesMax + 1)
    return std::nullopt;
  std::map<std::string, std::vector<std::uint64_t>> by_month;
  for (const auto& row : listing.rows) {
    const auto* month = row.empty() ? nullptr : std::get_if<std::string>(row.data());
    if (month == nullptr || !is_month(*month) || row.size() != columns) return std::nullopt;
    auto& sums = by_month[*month];
    sums.resize(columns - 1);
    for (std::size_t i = 1; i < columns; ++i) {
      if (std::holds_alternative<std::monostate>(row[i])) continue;
      const auto* number = std::get_if<std::int64_t>(&row[i]);
      if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) > kTotalMax)
        return std::nullopt;
      sums[i - 1] += static_cast<std::uint64_t>(*number);
    }
  }
  const int first = month_number(by_month.begin()->first), last = month_number(by_month.rbegin()->first);
  if (last - first >= kMonthsMax) return std::nullopt;
  Bars out;
  for (std::size_t i = 1; i < columns; ++i) out.series.push_back({listing.listing.columns[i], {}});
  std::uint64_t most = 0;
  for (int number = first; number <= last; ++number) {
    const auto found = by_month.find(month_name(number));
    for (std::size_t i = 0; i < out.series.size(); ++i)
      out.series[i].values.push_back(found == by_month.end() ? 0 : found->second[i]);
    out.months.push_back(month_name(number));
    most = std::max(most, total_of(out, out.months.size() - 1));
  }
  if (most == 0 || most > kTotalMax) return std::nullopt;
  return out;
}

std::string draw(const Bars& bars, std::string_view id, std::string_view title) {
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < bars.months.size(); ++i) most = std::max(most, total_of(bars, i));
  const auto step = grid_step(most);
  const auto top = (most + step - 1) / step * step;
  const double slot = 100.0 / static_cast<double>(bars.months.size()), width = slot * 0.62;

  std::string description = fmt::format("Stacked bars from {} to {}; the table below has the numbers.",
                                        bars.months.front(), bars.months.back());
  constexpr int kGutter = 72, kSlotMax = 84, kLeast = 330;
  std::string out = figure_begin(id, title, description, kFigureHeight,
                                 std::max(kLeast, kGutter + kSlotMax * static_cast<int>(bars.months.size())));
  draw_grid(out, step, top);
  for (std::size_t i = 0; i < bars.months.size(); ++i) {
    const double left = slot * static_cast<double>(i) + (slot - width) / 2;
    double foot = kPlotTop + kPlotHeight;
    for (std::size_t s = 0; s < bars.series.size(); ++s) {
      const auto value = bars.series[s].values[i];
      if (value == 0) continue;
      const double height = kPlotHeight * static_cast<double>(value) / static_cast<double>(top);
      foot -= height;
      out += fmt::format(
          "<rect class=\"s{}\" x=\"{:.2f}%\" y=\"{:.2f}\" width=\"{:.2f}%\" height=\"{:.2f}\"><title>{}, "
          "{}: {}</title></rect>\n",
          s, left, foot, width, height, bars.months[i], escaped(bars.series[s].name), grouped(value));
    }
    draw_month(out, bars, i, left + width / 2);
    constexpr std::size_t kTotalsUpTo = 12;
    if (bars.months.size() <= kTotalsUpTo)
      out +=
          fmt::format("<text class=\"total\" x=\"{:.2f}%\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                      left + width / 2, foot - 6, grouped(total_of(bars, i)));
  }
  out += "</svg></div>\n";
  std::vector<std::array<std::string, 3>> entries;
  for (std::size_t s = 0; s < bars.series.size(); ++s) {
    std::uint64_t sum = 0;
    for (const auto value : bars.series[s].values) sum += value;
    entries.push_back({fmt::format("s{}", s), escaped(bars.series[s].name), grouped(sum)});
  }
  return out + legend(entries) + "</figure>\n";
}

std::string draw(const std::vector<Part>& parts, std::string_view id, std::string_view title) {
  constexpr std::array<std::string_view, 4> kLooks{"outline", "solid", "hatched", "tinted"};
  std::uint64_t whole = 0;
  std::vector<std::array<std::string, 3>> entries;
  std::string description;
  for (const auto& part : parts) {
    whole += part.count;
    entries.push_back(
        {std::string(kLooks[static_cast<std::size_t>(part.look)]), escaped(part.name), grouped(part.count)});
    description +=
        fmt::format("{}{}: {}", description.empty() ? "" : "; ", escaped(part.name), grouped(part.count));
  }
  constexpr int kHeight = 30, kWidthMax = 460;
  std::string out = figure_begin(id, title, description + ".", kHeight, kWidthMax);
  double left = 0;
  for (const auto& part : parts) {
    if (part.count == 0) continue;
    const double width = 100.0 * static_cast<double>(part.count) / static_cast<double>(whole);
    out += fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}%\" y=\"1\" width=\"{:.2f}%\" height=\"28\"><title>{}: "
        "{}</title></rect>\n",
        kLooks[static_cast<std::size_t>(part.look)], left, width, escaped(part.name), grouped(part.count));
    left += width;
  }
  return out + "</svg></div>\n" + legend(entries) + "</figure>\n";
}

std::string_view chart_patterns() {
  return R"svg(<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="p-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="pp" width="6" height="6"/><rect class="pa" width="2" height="6"/></pattern>
<pattern id="p-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="pp" width="6" height="6"/><circle class="pi" cx="3" cy="3" r="1.3"/></pattern>
<pattern id="p-lines" width="4" height="5" patternUnits="userSpaceOnUse"><rect class="pp" width="4" height="5"/><rect class="pi" width="4" height="1.5"/></pattern>
<symbol id="m-none" viewBox="0 0 16 16"><circle class="mo" cx="8" cy="8" r="6.75"/><path class="ml" d="M4.8 8.2l2.2 2.3 4.2-4.8"/></symbol>
<symbol id="m-some" viewBox="0 0 16 16"><path class="mf" d="M8 .8L15.6 15H.4z"/><path class="mx" d="M8 5.6v4.6M8 11.6v1.6"/></symbol>
<symbol id="m-empty" viewBox="0 0 16 16"><circle class="mo md" cx="8" cy="8" r="6.75"/><path class="ml" d="M5 8h6"/></symbol>
</defs></svg>
)svg";
}

}  // namespace countersign::render
