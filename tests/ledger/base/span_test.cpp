#include "ledger/base/span.h"

#include <gtest/gtest.h>

namespace countersign::base {
namespace {

Timestamp at(std::string_view text) { return *parse_rfc3339(text); }

std::string end(std::string_view from, std::string_view span) {
  return format_rfc3339(end_of(at(from), *parse_span(span)));
}

TEST(Span, ReadsWhatPeopleSay) {
  for (const auto* text : {"1 second", "90 days", "1 month", "12 months", "6 years", "forever"}) {
    const auto span = parse_span(text);
    ASSERT_TRUE(span) << text;
    EXPECT_EQ(to_string(*span), text);
  }
  EXPECT_EQ(to_string(*parse_span("1 months")), "1 month");
}

TEST(Span, RefusesWhatIsNoTime) {
  for (const auto* text :
       {"", "12", "months", "0 days", "-1 days", "12months", "12 weeks", "1.5 years", "12  days",
        "9999999999 years", "99999999999999999999 days", "12 months ", "Forever", "1 monthss"}) {
    const auto span = parse_span(text);
    ASSERT_FALSE(span) << text;
    EXPECT_NE(span.error().message.find("say 12 months"), std::string::npos);
  }
}

TEST(Span, CountsMonthsAndYearsByTheCalendar) {
  EXPECT_EQ(end("2026-01-31T10:00:00Z", "1 month"), "2026-02-28T10:00:00.000000Z");
  EXPECT_EQ(end("2024-02-29T23:59:59.5Z", "1 year"), "2025-02-28T23:59:59.500000Z");
  EXPECT_EQ(end("2026-11-30T00:00:00Z", "3 months"), "2027-02-28T00:00:00.000000Z");
  EXPECT_EQ(end("2026-01-01T00:00:00Z", "90 days"), "2026-04-01T00:00:00.000000Z");
  EXPECT_EQ(end("2026-01-01T00:00:00Z", "5 seconds"), "2026-01-01T00:00:05.000000Z");
  EXPECT_EQ(begin_of(at("2026-03-31T00:00:00Z"), *parse_span("1 month")), at("2026-02-28T00:00:00Z"));
  EXPECT_GT(end_of(at("2026-01-01T00:00:00Z"), Span{}), at("9999-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace countersign::base
