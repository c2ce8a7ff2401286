#include "reports/render/pdf_words.h"

#include <gtest/gtest.h>

#include <limits>

namespace countersign::render::pdf {
namespace {

TEST(PdfWords, ShowsWhatCannotBeSeen) {
  EXPECT_EQ(one_line(std::string_view("a\0b\tc\r\nd\x7F", 9), 100),
            "a<U+0000>b<U+0009>c<U+000D><U+000A>d<U+007F>");
  EXPECT_EQ(one_line("\xE2\x80\xAE|\xE2\x81\xA6|\xEF\xBB\xBF|\xE2\x80\xA8|\xC2\x85", 100),
            "<U+202E>|<U+2066>|<U+FEFF>|<U+2028>|<U+0085>");
  EXPECT_EQ(one_line("\xEF\xBF\xBF|\xEF\xB7\x90|\xF4\x8F\xBF\xBE", 100), "<U+FFFF>|<U+FDD0>|<U+10FFFE>");
}

TEST(PdfWords, ReplacesWhatIsNoUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(one_line("\xFF|\xC0\xAF|\xED\xA0\x80|\xF5|\xE2\x82", 100),
            bad + "|" + bad + bad + "|" + bad + bad + bad + "|" + bad + "|" + bad + bad);
  EXPECT_EQ(one_line("grün 東京 \xF0\x9F\x98\x80", 100), "grün 東京 \xF0\x9F\x98\x80");
}

TEST(PdfWords, KeepsLineFeedsOfTextAndDropsThoseAtItsEnd) {
  EXPECT_EQ(lines("SELECT 1\n\tFROM x\r\n\n\n", 100), "SELECT 1\n    FROM x<U+000D>");
  EXPECT_EQ(lines("\n\n", 100), "");
}

TEST(PdfWords, CutsLongTextBetweenCharactersAndSaysByHowMuch) {
  EXPECT_EQ(one_line("ééé", 3), "éé … (2 more bytes in report.json)");
  EXPECT_EQ(one_line(std::string(2000, 'x'), 10),
            std::string(10, 'x') + " … (1,990 more bytes in report.json)");
  EXPECT_EQ(one_line("abc", 3), "abc");
}

TEST(PdfWords, GroupsDigitsButNotThoseOfNames) {
  EXPECT_EQ(number(std::uint64_t{0}), "0");
  EXPECT_EQ(number(std::uint64_t{999}), "999");
  EXPECT_EQ(number(std::uint64_t{1204}), "1,204");
  EXPECT_EQ(number(std::uint64_t{1234567}), "1,234,567");
  EXPECT_EQ(number(std::numeric_limits<std::int64_t>::min()), "−9,223,372,036,854,775,808");
  EXPECT_EQ(item(reports::Cell{std::int64_t{1204}}), "1204");
}

TEST(PdfWords, WritesTimesWithAFractionOnlyWhereThereIsOne) {
  EXPECT_EQ(time(base::Timestamp{1'769'851'800'000'000}), "2026-01-31 09:30:00 UTC");
  EXPECT_EQ(time(base::Timestamp{1'769'851'800'120'000}), "2026-01-31 09:30:00.12 UTC");
  EXPECT_EQ(time(std::optional<base::Timestamp>()), "–");
}

TEST(PdfWords, NamesRecordsOfBothLogs) {
  reports::Exception exception;
  EXPECT_EQ(records(exception), "");
  exception.records = {17};
  EXPECT_EQ(records(exception), "record 17");
  exception.system_records = {4, 5};
  EXPECT_EQ(records(exception), "record 17; system records 4, 5");
  exception.system_records.clear();
  exception.records.assign(25, 1000);
  EXPECT_TRUE(records(exception).ends_with("1000 and 5 more"));
}

TEST(PdfWords, CountsClausesThatAreTooManyForATitle) {
  reports::Report report;
  report.framework = "soc2";
  EXPECT_EQ(criteria(report), "SOC 2");
  report.criteria = {"CC6.1", "CC7.2"};
  EXPECT_EQ(criteria(report), "SOC 2 CC6.1, CC7.2");
  report.criteria.assign(31, "CC6.1");
  EXPECT_EQ(criteria(report), "SOC 2, 31 clauses");
}

}  // namespace
}  // namespace countersign::render::pdf
