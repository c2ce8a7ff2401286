#include "reports/sheets/styles.h"

#include <gtest/gtest.h>

namespace countersign::sheets {
namespace {

TEST(SheetStyles, TellDatesByTheirFormat) {
  for (const auto* code :
       {"yyyy-mm-dd", "dd/mm/yyyy;@", "mmm", "[$-409]d\\ mmmm\\ yyyy", "d.m.yy", "yyyy\"年\"m\"月\""})
    EXPECT_EQ(shape_of_code(code), Shape::date) << code;
  for (const auto* code : {"h:mm", "[h]:mm:ss", "mm:ss", "h:mm AM/PM", "[mm]:ss"})
    EXPECT_EQ(shape_of_code(code), Shape::time) << code;
  for (const auto* code : {"yyyy-mm-dd hh:mm", "m/d/yy h:mm AM/PM"})
    EXPECT_EQ(shape_of_code(code), Shape::date_time) << code;
  for (const auto* code : {"General", "0.00", "#,##0 \"days\"", "0.00E+00", "@", "[Red]0;[Magenta]0", "0\\d",
                           "_d0", "", "[", "\"", "\\", "0.0%;yyyy"})
    EXPECT_EQ(shape_of_code(code), Shape::number) << code;
  EXPECT_EQ(shape_of_built_in(14), Shape::date);
  EXPECT_EQ(shape_of_built_in(22), Shape::date_time);
  EXPECT_EQ(shape_of_built_in(45), Shape::time);
  EXPECT_EQ(shape_of_built_in(49), Shape::number);
}

std::string shown_as(std::string_view spelled, Shape shape, bool from_1904 = false) {
  return show_number(spelled, shape, from_1904).text;
}

TEST(SheetStyles, ShowNumbersInTheirShortestForm) {
  EXPECT_EQ(shown_as("1.1000000000000001", Shape::number), "1.1");
  EXPECT_EQ(shown_as("100000", Shape::number), "100000");
  EXPECT_EQ(shown_as("1E2", Shape::number), "100");
  EXPECT_EQ(shown_as("-0.25", Shape::number), "-0.25");
  EXPECT_EQ(shown_as("1e300", Shape::number), "1e+300");
  EXPECT_EQ(shown_as("0", Shape::number), "0");
  for (const auto* text : {"nan", "inf", "1e999", "12abc", "0x10"}) {
    EXPECT_EQ(shown_as(text, Shape::number), text);
    EXPECT_EQ(show_number(text, Shape::date, false).kind, Kind::text);
  }
}

TEST(SheetStyles, ShowDatesByBothCalendars) {
  EXPECT_EQ(shown_as("46354", Shape::date), "2026-11-28");
  EXPECT_EQ(shown_as("1", Shape::date), "1900-01-01");
  EXPECT_EQ(shown_as("59", Shape::date), "1900-02-28");
  EXPECT_EQ(shown_as("60", Shape::date), "1900-02-29");
  EXPECT_EQ(shown_as("61", Shape::date), "1900-03-01");
  EXPECT_EQ(shown_as("2958465.9", Shape::date), "9999-12-31");
  EXPECT_EQ(shown_as("0", Shape::date, true), "1904-01-01");
  EXPECT_EQ(shown_as("46354.395833333336", Shape::date_time), "2026-11-28T09:30:00");
  EXPECT_EQ(shown_as("46354.999999999", Shape::date_time), "2026-11-29T00:00:00");
  EXPECT_EQ(shown_as("0.739583333333333", Shape::time), "17:45:00");
  EXPECT_EQ(shown_as("1.5", Shape::time), "36:00:00");
  EXPECT_EQ(show_number("46354", Shape::date, false).kind, Kind::date);
}

TEST(SheetStyles, LeaveNumbersThatAreNoDays) {
  for (const auto* text : {"-1", "2958466", "1e+300"}) {
    EXPECT_EQ(show_number(text, Shape::date_time, false).kind, Kind::number) << text;
    EXPECT_EQ(shown_as(text, Shape::date), text);
  }
  EXPECT_EQ(show_number("2958465.99999999", Shape::date_time, false).kind, Kind::number)
      << "rounds into the year 10000";
}

}  // namespace
}  // namespace countersign::sheets
