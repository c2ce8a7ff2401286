#include "ledger/base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::base {
namespace {

TEST(Rfc3339, ReadsEveryGoodSpelling) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01t00:00:00z", 0},
      {"1970-01-01T00:00:00.000001Z", 1},
      {"1970-01-01T00:00:00.1Z", 100000},
      {"1970-01-01T00:00:00.123456789Z", 123456},
      {"1970-01-01T00:00:00-00:00", 0},
      {"1970-01-01T01:00:00+01:00", 0},
      {"1969-12-31T23:30:00-00:30", 0},
      {"1969-12-31T23:59:59.999999Z", -1},
      {"1985-04-12T23:20:50.52Z", 482196050520000},
      {"1996-12-19T16:39:57-08:00", 851042397000000},
      {"1990-12-31T23:59:60Z", 662688000000000},
      {"1990-12-31T15:59:60-08:00", 662688000000000},
      {"1937-01-01T12:00:27.87+00:20", -1041337172130000},
      {"2000-02-29T00:00:00Z", 951782400000000},
      {"2024-02-29T23:59:59Z", 1709251199000000},
      {"0000-01-01T00:00:00Z", -62167219200000000},
      {"9999-12-31T23:59:59.999999Z", 253402300799999999},
      {"2026-01-31T09:30:00+23:59", 1769765460000000},
  };
  for (const auto& [text, micros] : cases) {
    const auto time = parse_rfc3339(text);
    ASSERT_TRUE(time) << text << ": " << time.error().message;
    EXPECT_EQ(time->micros, micros) << text;
  }
}

TEST(Rfc3339, RefusesEveryBadSpelling) {
  for (const auto* bad : {"",
                          "2026",
                          "2026-01-31",
                          "2026-01-31T09:30:00",
                          "2026-01-31T09:30Z",
                          "2026-01-31 09:30:00Z",
                          "2026-1-31T09:30:00Z",
                          "26-01-31T09:30:00Z",
                          "2026-00-31T09:30:00Z",
                          "2026-13-01T09:30:00Z",
                          "2026-01-00T09:30:00Z",
                          "2026-01-32T09:30:00Z",
                          "2026-02-29T09:30:00Z",
                          "1900-02-29T00:00:00Z",
                          "2026-04-31T09:30:00Z",
                          "2026-01-31T24:00:00Z",
                          "2026-01-31T09:60:00Z",
                          "2026-01-31T09:30:61Z",
                          "2026-01-31T09:30:60Z",
                          "2026-01-31T23:59:60+01:00",
                          "2026-01-31T09:30:00.Z",
                          "2026-01-31T09:30:00.1234567890Z",
                          "2026-01-31T09:30:00,5Z",
                          "2026-01-31T09:30:00+0100",
                          "2026-01-31T09:30:00+01",
                          "2026-01-31T09:30:00+24:00",
                          "2026-01-31T09:30:00+01:60",
                          "2026-01-31T09:30:00 Z",
                          "2026-01-31T09:30:00ZZ",
                          "2026-01-31T09:30:00Z ",
                          " 2026-01-31T09:30:00Z",
                          "2026-01-31T09:30:00UTC",
                          "20260131T093000Z",
                          "-2026-01-31T09:30:00Z",
                          "+2026-01-31T09:30:00Z",
                          "2026-01-31T-9:30:00Z",
                          "2026-W05-6T09:30:00Z",
                          "1769851800"}) {
    const auto time = parse_rfc3339(bad);
    ASSERT_FALSE(time) << bad;
    EXPECT_NE(time.error().message.find("RFC 3339"), std::string::npos) << bad;
  }
}

/// Otherwise its canonical spelling would not have 27 characters.
TEST(Rfc3339, RefusesTimesThatFallOutOfTheYears0To9999InUtc) {
  EXPECT_FALSE(parse_rfc3339("0000-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
}

TEST(CanonicalTime, HasOneSpelling) {
  EXPECT_EQ(format_rfc3339(Timestamp{0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(Timestamp{-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339(Timestamp{1769851800000001}), "2026-01-31T09:30:00.000001Z");
  EXPECT_EQ(parse_canonical_time("2026-01-31T09:30:00.000001Z").value().micros, 1769851800000001);
  for (const auto* bad :
       {"2026-01-31T09:30:00Z", "2026-01-31t09:30:00.000001Z", "2026-01-31T09:30:00.000001z",
        "2026-01-31T09:30:00.00000Z", "2026-01-31T09:30:00.0000001Z", "2016-12-31T23:59:60.000000Z",
        "2026-01-31T09:30:00.000001", "2026-01-31T09:30:00.00+00:00", "2026-02-30T09:30:00.000001Z", ""})
    EXPECT_FALSE(parse_canonical_time(bad)) << bad;
}

RC_GTEST_PROP(CanonicalTime, ReadsBackWhatItWrites, ()) {
  const Timestamp time{*rc::gen::inRange<std::int64_t>(-62167219200000000, 253402300800000000)};
  const auto text = format_rfc3339(time);
  RC_ASSERT(text.size() == kTimestampTextSize);
  RC_ASSERT(parse_canonical_time(text).value() == time);
  RC_ASSERT(parse_rfc3339(text).value() == time);
}

TEST(SystemClock, DoesNotStandBefore2020) {
  EXPECT_GT(system_clock()(), parse_rfc3339("2020-01-01T00:00:00Z").value());
}

}  // namespace
}  // namespace countersign::base
