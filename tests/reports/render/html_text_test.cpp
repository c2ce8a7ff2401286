#include "reports/render/html_text.h"

#include "reports/render/shell_script.h"
#include "tests/reports/render/sample_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace countersign::render {
namespace {

using ::testing::HasSubstr;

TEST(HtmlText, EscapesMarkupAndShowsWhatCannotBeSeen) {
  EXPECT_EQ(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escaped("a\x1b[0m\tb\n\x7f"), "a[U+001B][0m[U+0009]b[U+000A][U+007F]");
  EXPECT_EQ(escaped("a\tb\n", Lines::kept), "a\tb\n");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), "[U+0000]");
  EXPECT_EQ(escaped("abc\u202Ecba\u2066\u200B\u00AD"), "abc[U+202E]cba[U+2066][U+200B][U+00AD]");
  EXPECT_EQ(escaped("\U000E0041"), "[U+E0041]");
  EXPECT_EQ(escaped("Zürich 東京 🔐"), "Zürich 東京 🔐");
}

TEST(HtmlText, ReplacesWhatIsNoUtf8) {
  const std::string bad = "\uFFFD";
  EXPECT_EQ(escaped("a\xff"
                    "b"),
            "a" + bad + "b");
  EXPECT_EQ(escaped("\xc0\xaf"), bad + bad);
  EXPECT_EQ(escaped("\xed\xa0\x80"), bad + bad + bad);
  EXPECT_EQ(escaped("\xe6\x9d"), bad + bad);
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), bad + bad + bad + bad);
}

TEST(HtmlText, CutsBetweenCharactersAndSaysHowMuchItLeft) {
  EXPECT_EQ(escaped_start("abc", 3), "abc");
  const auto cut = escaped_start("ab\u6771" + std::string(2000, 'x'), 4);
  EXPECT_TRUE(cut.starts_with("ab …")) << cut;
  EXPECT_THAT(cut, HasSubstr("(2,003 more bytes in the report’s JSON)"));
}

TEST(HtmlText, CssStringsHoldNothingThatEndsThem) {
  EXPECT_EQ(css_string("a1"), "\"a1\"");
  EXPECT_EQ(css_string("\"}</style>\\\n"), "\"\\22 \\7d \\3c \\2f style\\3e \\5c \\fffd \"");
}

TEST(HtmlText, GroupsNumbers) {
  EXPECT_EQ(grouped(std::uint64_t{0}), "0");
  EXPECT_EQ(grouped(std::uint64_t{999}), "999");
  EXPECT_EQ(grouped(std::uint64_t{1204567}), "1,204,567");
  EXPECT_EQ(grouped(std::int64_t{-2044}), "-2,044");
  EXPECT_EQ(grouped(std::int64_t{-204}), "-204");
  EXPECT_EQ(grouped(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(HtmlText, WritesTimesAndHowLongThingsTook) {
  const auto time = base::parse_rfc3339("2026-01-31T09:30:00.999999Z").value();
  EXPECT_EQ(shown(time), "2026-01-31 09:30:00 UTC");
  const auto after = [&](std::int64_t seconds) {
    return duration(time, {time.micros + seconds * 1'000'000});
  };
  EXPECT_EQ(after(59), "59 s");
  EXPECT_EQ(after(61), "1 min 1 s");
  EXPECT_EQ(after(12'510), "3 h 28 min");
  EXPECT_EQ(after(240'000), "2 d 18 h");
  EXPECT_EQ(after(-5), "0 s");
}

TEST(HtmlText, SharesAreNeverRoundedToNothingOrAll) {
  EXPECT_EQ(share(2, 25), "8.0 %");
  EXPECT_EQ(share(0, 25), "0.0 %");
  EXPECT_EQ(share(25, 25), "100.0 %");
  EXPECT_EQ(share(1, 1'000'000), "under 0.1 %");
  EXPECT_EQ(share(999'999, 1'000'000), "over 99.9 %");
  EXPECT_EQ(share(1, 0), "");
}

TEST(ShellScript, BindsWhatTheReportWasMadeWith) {
  EXPECT_EQ(
      report_values(testing::sample_report(), testing::sample_run()).substr(0, 150),
      std::string(
          ".parameter set :log 3\n.parameter set :system_log 1\n.parameter set :tenant \"'acme'\"\n"
          ".parameter set :first_seq 1000\n.parameter set :end_seq 26853\n.parameter set :system_size 4310\n")
          .substr(0, 150));
  auto report = testing::sample_report();
  report.system_log.reset();
  EXPECT_THAT(report_values(report, {}), HasSubstr(".parameter set :log N\n.parameter set :system_log -1\n"));
}

TEST(ShellScript, KeepsHostileTextInOneArgument) {
  reports::Definition definition;
  definition.parameters.push_back(
      {"a", reports::Cell{std::string("it's \"\\\n.shell id")}, {}, {}, "", "", ""});
  definition.parameters.push_back({"b", reports::Cell{}, {}, {}, "", "", ""});
  definition.parameters.push_back({"c\n.quit", reports::Cell{std::int64_t{7}}, {}, {}, "", "", ""});
  EXPECT_EQ(definition_values(definition),
            ".parameter set :a \"'it''s \\\"\\\\\\012.shell id'\"\n.parameter set :b NULL\n.parameter set "
            "\":c\\012.quit\" 7\n");
}

}  // namespace
}  // namespace countersign::render
