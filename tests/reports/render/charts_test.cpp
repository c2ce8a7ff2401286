#include "reports/render/charts.h"

#include "tests/reports/render/html_page.h"
#include "tests/reports/render/sample_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <utility>
#include <variant>

namespace countersign::render {
namespace {

using reports::Cell;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Cell text(const char* value) { return Cell{std::string(value)}; }
Cell number(std::int64_t value) { return Cell{value}; }

reports::Listing listing(std::vector<std::string> columns, std::vector<std::vector<Cell>> rows) {
  reports::Listing out;
  out.listing.columns = std::move(columns);
  out.rows_total = rows.size();
  out.rows = std::move(rows);
  return out;
}

/// `2026-07, SMS: 4,120` of each rectangle, with its height.
std::vector<std::pair<std::string, double>> rectangles(const std::string& figure) {
  static const std::regex kRectangle(
      "<rect class=\"s[0-9]\"[^>]* height=\"([0-9.]+)\"><title>([^<]*)</title>");
  std::vector<std::pair<std::string, double>> out;
  for (auto at = std::sregex_iterator(figure.begin(), figure.end(), kRectangle); at != std::sregex_iterator();
       ++at)
    out.emplace_back((*at)[2].str(), std::stod((*at)[1].str()));
  return out;
}

TEST(ReportCharts, HaveTheFiguresOfTheListing) {
  const auto report = testing::sample_report();
  const auto bars = bars_of(report.listings.front());
  ASSERT_TRUE(bars);
  const auto& rows = report.listings.front().rows;
  ASSERT_EQ(bars->series.size(), rows.front().size() - 1);
  for (std::size_t month = 0; month < rows.size(); ++month)
    for (std::size_t s = 0; s < bars->series.size(); ++s)
      EXPECT_EQ(static_cast<std::int64_t>(bars->series[s].values[month]),
                std::get<std::int64_t>(rows[month][s + 1]));
}

TEST(ReportCharts, DrawBarsAsHighAsTheirNumbers) {
  const auto figure = draw(*bars_of(testing::sample_report().listings.front()), "c", "Challenges");
  const auto drawn = rectangles(figure);
  ASSERT_EQ(drawn.size(), 11U);  // of twelve numbers one is 0
  EXPECT_EQ(drawn.front().first, "2026-07, SMS: 4,120");
  EXPECT_EQ(drawn.back().first, "2026-09, Passkey: 391");
  EXPECT_NEAR(drawn.back().second / drawn.front().second, 391.0 / 4120, 0.001);
  for (const char* sum :
       {"SMS <b>11,651</b>", "E-mail <b>1,967</b>", "WhatsApp <b>261</b>", "Passkey <b>639</b>"})
    EXPECT_THAT(figure, HasSubstr(sum));
  EXPECT_TRUE(testing::take_apart("<!DOCTYPE html>" + figure).faults.empty());
}

TEST(ReportCharts, AddUpAMonthAndKeepItsPlaceWhereThereIsNothing) {
  const auto bars = bars_of(listing({"Month", "Sent"}, {{text("2026-03"), number(5)},
                                                        {text("2025-12"), number(1)},
                                                        {text("2026-03"), number(2)},
                                                        {text("2026-01"), Cell{}}}));
  ASSERT_TRUE(bars);
  EXPECT_THAT(bars->months, ElementsAre("2025-12", "2026-01", "2026-02", "2026-03"));
  EXPECT_THAT(bars->series.front().values, ElementsAre(1U, 0U, 0U, 7U));
}

TEST(ReportCharts, AreNotDrawnOfWhatTheyWouldShowWrongly) {
  const auto month = text("2026-01");
  EXPECT_FALSE(bars_of(listing({"Month", "Sent"}, {})));
  EXPECT_FALSE(bars_of(listing({"Month"}, {{month}})));
  EXPECT_FALSE(bars_of(listing({"Month", "Channel"}, {{month, text("sms")}})));
  EXPECT_FALSE(bars_of(listing({"Month", "Balance"}, {{month, number(-1)}})));
  EXPECT_FALSE(bars_of(listing({"Month", "Sent"}, {{month, number(0)}})));
  EXPECT_FALSE(bars_of(listing({"Month", "Sent"}, {{month, number(INT64_MAX)}})));
  EXPECT_FALSE(bars_of(listing({"Month", "Sent"}, {{month}})));
  EXPECT_FALSE(bars_of(listing({"Month", "Sent"}, {{text("1026-01"), number(1)}, {month, number(1)}})));
  for (const char* no_month : {"2026-13", "2026-00", "2026-1", "2026-01-01", "20x6-01", ""})
    EXPECT_FALSE(bars_of(listing({"Month", "Sent"}, {{text(no_month), number(1)}}))) << no_month;
  EXPECT_FALSE(bars_of(
      listing({"Month", "1", "2", "3", "4", "5", "6", "7"},
              {{month, number(1), number(1), number(1), number(1), number(1), number(1), number(1)}})));
  auto cut = listing({"Month", "Sent"}, {{month, number(1)}});
  EXPECT_TRUE(bars_of(cut));
  cut.rows_total = 2;
  EXPECT_FALSE(bars_of(cut));
}

TEST(ReportCharts, PartsOfAWholeFillIt) {
  const auto figure =
      draw({{"Good & well", 3, Look::outline}, {"None", 0, Look::solid}, {"Bad", 1, Look::hatched}}, "p",
           "<Parts>");
  EXPECT_THAT(figure, HasSubstr("x=\"0.00%\" y=\"1\" width=\"75.00%\""));
  EXPECT_THAT(figure, HasSubstr("x=\"75.00%\" y=\"1\" width=\"25.00%\""));
  EXPECT_THAT(figure, HasSubstr("<desc id=\"p-text\">Good &amp; well: 3; None: 0; Bad: 1.</desc>"));
  EXPECT_THAT(figure, HasSubstr("&lt;Parts&gt;"));
  EXPECT_TRUE(testing::take_apart("<!DOCTYPE html>" + figure).faults.empty());
}

}  // namespace
}  // namespace countersign::render
