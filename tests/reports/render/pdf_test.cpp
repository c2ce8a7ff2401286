#include "reports/render/pdf.h"

#include "tests/reports/render/hostile_report.h"
#include "tests/reports/render/sample_report.h"
#include "tests/reports/render/written_pdf.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>

namespace countersign::render {
namespace {

using ::testing::AllOf;
using testing::bare_report;
using ::testing::ContainsRegex;
using testing::count_of;
using ::testing::Each;
using ::testing::HasSubstr;
using testing::hostile_report;
using ::testing::Not;
using testing::sample_report;
using testing::sample_run;
using testing::WrittenPdf;

std::string bytes_of(const reports::Report& report) {
  auto out = to_pdf(report, sample_run());
  if (!out) ADD_FAILURE() << out.error().message;
  return out.value_or(std::string());
}

std::string joined(const std::vector<std::string>& pages) {
  std::string out;
  for (const auto& page : pages) out += page;
  return out;
}

/// The sample with a control of so many exceptions, and a listing of so many rows.
reports::Report long_report(std::size_t exceptions, std::size_t rows) {
  auto report = sample_report();
  auto& control = report.controls.front();
  for (std::size_t at = control.exceptions.size(); at < exceptions; ++at) {
    reports::Exception one = control.exceptions.front();
    one.item = static_cast<std::int64_t>(10'000'000 + at);
    control.exceptions.push_back(std::move(one));
  }
  control.exceptions_total = control.exceptions.size();
  auto& listing = report.listings.front();
  const auto row = listing.rows.front();
  for (std::size_t at = listing.rows.size(); at < rows; ++at) {
    listing.rows.push_back(row);
    listing.rows.back()[1] = static_cast<std::int64_t>(7'000'000 + at);
  }
  listing.rows_total = listing.rows.size();
  return report;
}

TEST(ReportPdf, IsTaggedAndSaysWhatItIs) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  EXPECT_EQ(pdf.info("Tagged"), "yes");
  EXPECT_EQ(pdf.info("Title"), "Management’s evidence and control-test results for SOC 2 CC6.1, CC7.2: acme");
  EXPECT_THAT(pdf.info("Subject"), AllOf(HasSubstr("2026-07-01 00:00:00 UTC to 2026-10-01 00:00:00 UTC"),
                                         HasSubstr("countersign.example/eu/acme")));
  EXPECT_EQ(pdf.info("Creator"), "countersign 0.4.0");
  EXPECT_EQ(pdf.info("CreationDate"), "Fri Oct  2 07:15:42 2026 UTC");
  EXPECT_THAT(pdf.info("Page size"), HasSubstr("A4"));
}

TEST(ReportPdf, HasTheStructureThatIsReadAloud) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  const std::string tree = pdf.says("pdfinfo -struct-text");
  EXPECT_THAT(tree, ::testing::StartsWith("Document\n"));
  EXPECT_THAT(tree, ContainsRegex(
                        "H1 \\(block\\)\n      \"Management’s evidence and control-test results for SOC 2"));
  EXPECT_THAT(tree, ContainsRegex("H2 \\(block\\)\n *\"STEP-UP-MISSING\""));
  EXPECT_THAT(tree, ContainsRegex("TH:\n +/Scope /Row\n +\"Root hash\"\n +TD\n +\"[0-9a-f]{64}\""));
  EXPECT_THAT(tree, ContainsRegex("TH:\n +/Scope /Column\n +\"Items tested\""));
  for (const char* element : {"TOCI", "Link", "Table", "TR", "TD", "LI", "LBody", "Code"}) {
    EXPECT_THAT(tree, ContainsRegex(fmt::format("\n +{}( \\(\\w+\\))?\n", element)));
  }
  // What stands on every page is no part of what is read.
  EXPECT_THAT(tree, Not(HasSubstr("Page 1 of")));
  EXPECT_THAT(tree, Not(HasSubstr("Log root")));
}

TEST(ReportPdf, KeepsWordsApartWhereLinesBreak) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  const std::string tree = pdf.says("pdfinfo -struct-text");
  EXPECT_THAT(
      tree,
      HasSubstr(
          "Its figures follow from the records of the log named below, by the queries that it prints."));
  EXPECT_THAT(tree, HasSubstr("SELECT seq AS item FROM sensitive_actions WHERE in_period ORDER BY seq"));
}

TEST(ReportPdf, ReadsTextThatGoesOnOverPagesWithoutTheirHeads) {
  auto report = sample_report();
  for (int line = 0; line < 300; ++line) report.workspace_sql += fmt::format("-- line {}.\n", line);
  const std::string tree = WrittenPdf(bytes_of(report)).says("pdfinfo -struct-text");
  EXPECT_THAT(tree, HasSubstr("-- line 299."));
  EXPECT_GE(count_of(" Span", tree), 5U);
  EXPECT_THAT(tree, Not(HasSubstr("Log root")));
}

TEST(ReportPdf, SaysItsLanguageAndWhatIsNoPartOfIt) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  const std::string plain = pdf.says("qpdf --qdf --object-streams=disable {} -");
  EXPECT_THAT(plain, ContainsRegex("/Lang \\(en\\)"));
  EXPECT_THAT(plain, HasSubstr("/DisplayDocTitle true"));
  // Heads and feet: the first thing on each page, and nothing that is drawn is outside of all marks.
  EXPECT_EQ(count_of("stream\n\n/Artifact BMC\n1 0 0 -1 0", plain), pdf.pages());
  EXPECT_GT(count_of("/Scope /Row", plain), 20U);
  EXPECT_GT(count_of("/Scope /Column", plain), 20U);
}

TEST(ReportPdf, EmbedsItsTypefaces) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  const std::string fonts = pdf.says("pdffonts");
  EXPECT_THAT(fonts, HasSubstr("LiberationSans-Bold"));
  EXPECT_THAT(fonts, HasSubstr("LiberationMono"));
  // Of each, behind the two lines of heads: embedded, subset, with the characters that its glyphs stand for.
  EXPECT_EQ(count_of("yes yes yes", fonts) + 2, count_of("\n", fonts)) << fonts;
}

TEST(ReportPdf, StandsUpToACheckerOfFiles) {
  for (const auto& report : {sample_report(), hostile_report(), bare_report(), long_report(300, 900)}) {
    const WrittenPdf pdf(bytes_of(report));
    EXPECT_THAT(pdf.says("qpdf --check"), HasSubstr("No syntax or stream encoding errors found"));
    EXPECT_EQ(pdf.info("Tagged"), "yes");
    // The checker does not look at what pages draw; a reader does, and complains on its error output.
    EXPECT_EQ(pdf.says("pdftotext {} - | tail -c 0"), "");
  }
}

TEST(ReportPdf, SaysWhatTheReportSays) {
  auto report = sample_report();
  report.controls[0].exceptions[0].finding = "00f1e2d3c4b5a697";
  const WrittenPdf pdf(bytes_of(report));
  const std::string text = joined(pdf.texts());
  for (const auto& result : report.controls) {
    EXPECT_THAT(text, HasSubstr(result.control.id));
    EXPECT_THAT(text, HasSubstr(result.wording()));
    EXPECT_THAT(text, HasSubstr(result.control.title));
  }
  for (const auto& listing : report.listings) {
    EXPECT_THAT(text, HasSubstr(fmt::format("Table {}. {}", listing.listing.table, listing.listing.title)));
  }
  EXPECT_THAT(text, HasSubstr("opened 2026-08-03 06:12:00"));
  EXPECT_THAT(text, HasSubstr("finding 00f1e2d3c4b5a697"));
  EXPECT_THAT(text, HasSubstr("Büro Zürich ran a batch of refunds"));
  EXPECT_THAT(text, ContainsRegex("東京|<U\\+6771><U\\+4EAC>"));
  EXPECT_THAT(text, HasSubstr("25,853"));
  EXPECT_THAT(text, HasSubstr("−2,044"));
  EXPECT_THAT(text, HasSubstr("2 of 9 rows are shown, and 7 more are in report.json."));
  EXPECT_THAT(text, HasSubstr("2026-Q3 <auditor's seed>"));
  EXPECT_THAT(text, HasSubstr(report.samples[0].picks[4].key));
  EXPECT_THAT(text, HasSubstr("CREATE TEMP TABLE evidence AS"));
}

TEST(ReportPdf, BeginsWithWhatTheEvidenceLacks) {
  const auto report = sample_report();
  const WrittenPdf pdf(bytes_of(report));
  const std::string cover = pdf.texts().front();
  const auto read_first = cover.find("Read this first");
  const auto statement = cover.find("This is management’s evidence; it is not a service auditor’s report");
  const auto facts = cover.find("Region");
  ASSERT_NE(read_first, std::string::npos);
  ASSERT_NE(statement, std::string::npos);
  ASSERT_NE(facts, std::string::npos);
  EXPECT_LT(read_first, statement);
  EXPECT_LT(read_first, facts);
  for (const auto& warning : report.warnings) EXPECT_THAT(cover, HasSubstr(warning));
  EXPECT_THAT(cover, HasSubstr("countersign verify --recompute BUNDLE"));
  EXPECT_THAT(joined(WrittenPdf(bytes_of(bare_report())).texts()), Not(ContainsRegex("compliant|certified")));
}

TEST(ReportPdf, SaysOnEveryPageWhoseItIsAndHowManyThereAre) {
  const WrittenPdf pdf(bytes_of(long_report(150, 600)));
  const auto pages = pdf.texts();
  ASSERT_EQ(pages.size(), pdf.pages());
  ASSERT_GT(pages.size(), 20U);
  for (std::size_t at = 0; at < pages.size(); ++at) {
    EXPECT_THAT(pages[at], ContainsRegex("^ *acme +Management’s evidence for SOC 2 CC6.1, CC7.2 +"
                                         "2026-07-01 00:00:00 UTC to 2026-10-01 00:00:00 UTC\n"));
    EXPECT_THAT(pages[at],
                ContainsRegex(fmt::format("Log root [0-9a-f]{{16}}….*run 2026-10-02 07:15:42.5 UTC by "
                                          "ana@example.com +Page {} of {}\n",
                                          at + 1, pages.size())));
  }
}

TEST(ReportPdf, ListsSectionsWithThePagesThatTheyBeginOn) {
  const WrittenPdf pdf(bytes_of(long_report(150, 600)));
  const auto pages = pdf.texts();
  const auto begins_at = [&](const std::string& entry, const std::string& heading) {
    const auto at = pages[1].find(entry);
    ASSERT_NE(at, std::string::npos) << entry;
    const auto line = pages[1].substr(at, pages[1].find('\n', at) - at);
    const auto page = std::strtoul(line.substr(line.find_last_of(' ')).c_str(), nullptr, 10);
    ASSERT_GE(page, 3U) << line;
    ASSERT_LE(page, pages.size()) << line;
    EXPECT_THAT(pages[page - 1], ContainsRegex("(^|\n) *" + heading + "\n")) << line;
  };
  begins_at("1 Summary", "1 +Summary");
  begins_at("CODE-GUESSING Guessing", "CODE-GUESSING");
  begins_at("5 Exceptions and management", "5 +Exceptions and management’s responses");
  begins_at("Tables that the queries read", "Tables that the queries read");
  begins_at("Signatures", "Signatures");
}

TEST(ReportPdf, LeadsToItsControlsByBookmarks) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  const std::string outlines = pdf.says("qpdf --json=2 --json-key=outlines");
  for (const auto& result : sample_report().controls) EXPECT_THAT(outlines, HasSubstr(result.control.id));
  EXPECT_THAT(outlines, HasSubstr("Signatures"));
  const auto indentation = [&outlines](const std::string& title) {
    const auto at = outlines.find("\"title\": \"" + title);
    return at == std::string::npos ? std::string::npos : at - outlines.rfind('\n', at);
  };
  EXPECT_GT(indentation("STEP-UP-MISSING"), indentation("4  Controls and detections"));
  EXPECT_EQ(indentation("1  Summary"), indentation("Signatures"));
  EXPECT_THAT(pdf.says("pdfinfo -dests"), AllOf(HasSubstr("\"control1\""), HasSubstr("\"control4\"")));
}

TEST(ReportPdf, EndsWithAPageToSign) {
  const WrittenPdf pdf(bytes_of(sample_report()));
  const std::string last = pdf.texts().back();
  for (const char* role : {"Prepared by", "Reviewed by", "Approved by management"})
    EXPECT_THAT(last, HasSubstr(role));
  for (const char* blank : {"Name", "Title", "Signature ", "Date"})
    EXPECT_EQ(count_of(blank, last), 3U) << blank;
}

TEST(ReportPdf, CutsLongTablesAndSaysByHowMuch) {
  const WrittenPdf pdf(bytes_of(long_report(140, 620)));
  const std::string text = joined(pdf.texts());
  EXPECT_THAT(text, HasSubstr("10000099"));
  EXPECT_THAT(text, Not(HasSubstr("10000100")));
  EXPECT_EQ(count_of("And 40 more in report.json.", text), 1U);  // with the control
  EXPECT_EQ(count_of("And 44 more in report.json.", text), 1U);  // in table E, with 4 of another
  EXPECT_THAT(text, HasSubstr("7,000,499"));
  EXPECT_THAT(text, Not(HasSubstr("7,000,500")));
  EXPECT_THAT(text, HasSubstr("500 of 620 rows are shown, and 120 more are in report.json."));
}

TEST(ReportPdf, RepeatsTheHeadOfATableOnEachPageAndBreaksNoRow) {
  auto report = long_report(3, 500);
  const WrittenPdf pdf(bytes_of(report));
  std::size_t with_rows = 0, rows = 0;
  for (const auto& page : pdf.texts()) {
    const std::size_t here = count_of("2026-07  ", page);
    if (here == 0 || page.find("7,000,") == std::string::npos) continue;
    ++with_rows;
    rows += here;
    EXPECT_THAT(page, ContainsRegex("Month +SMS +E-mail +WhatsApp +Passkey"));
  }
  EXPECT_GT(with_rows, 10U);
  EXPECT_EQ(rows, 498U);
}

TEST(ReportPdf, ContinuesARowThatIsHigherThanAPage) {
  auto report = sample_report();
  std::string& observed = report.controls[0].exceptions[0].observed;
  observed.clear();
  for (int line = 0; line < 150; ++line) observed += fmt::format("line {}.\n", line);
  const std::string text = joined(WrittenPdf(bytes_of(report)).texts());
  for (int line = 0; line < 150; ++line) EXPECT_EQ(count_of(fmt::format("line {}.", line), text), 1U) << line;
}

TEST(ReportPdf, TakesTextAsTextWhateverIsInIt) {
  auto report = sample_report();
  report.tenant = "<b>acme</b>&amp;";
  report.controls[0].control.title =
      "a\x01"
      "b\nc\xE2\x80\xAE"
      "d\xC2\xAD"
      "e\xFF"
      "f<span size='9000'>g</span>";
  report.controls[0].control.id = "IT'S) 'X\\";
  const WrittenPdf pdf(bytes_of(report));
  const std::string text = joined(pdf.texts());
  EXPECT_THAT(text, HasSubstr("<b>acme</b>&amp;"));
  EXPECT_THAT(text, HasSubstr("a<U+0001>b<U+000A>c<U+202E>d<U+00AD>e<U+FFFD>f<span size='9000'>g</span>"));
  EXPECT_THAT(text, HasSubstr("no challenge<U+0007> at all"));
  EXPECT_THAT(pdf.info("Title"), ::testing::EndsWith("<b>acme</b>&amp;"));
  EXPECT_THAT(pdf.says("qpdf --json=2 --json-key=outlines"), HasSubstr("IT'S) 'X\\\\"));
}

TEST(ReportPdf, DrawsEachPageWithinItsMargins) {
  constexpr int kDotsPerInch = 60;
  const auto dots = [](double points) { return static_cast<std::size_t>(points * kDotsPerInch / 72); };
  for (const auto& report : {sample_report(), hostile_report()}) {
    const auto pages = WrittenPdf(bytes_of(report)).images(kDotsPerInch);
    ASSERT_GT(pages.size(), 10U);
    std::set<std::string> different;
    for (std::size_t number = 0; number < pages.size(); ++number) {
      const auto& page = pages[number];
      std::size_t dark = 0, outside = 0;
      for (std::size_t y = 0; y < page.height; ++y) {
        for (std::size_t x = 0; x < page.width; ++x) {
          if (page.at(x, y) > 200) continue;
          ++dark;
          if (x < dots(54) || x > dots(542) || y < dots(40) || y > dots(802)) ++outside;
        }
      }
      const double share = static_cast<double>(dark) / static_cast<double>(page.dots.size());
      // A page may hold one line of a row that began on the one before, beside its head and foot.
      EXPECT_GT(share, 0.003) << "page " << number + 1;
      EXPECT_LT(share, 0.15) << "page " << number + 1;
      EXPECT_EQ(outside, 0U) << "page " << number + 1;
      different.insert(page.dots);
    }
    EXPECT_EQ(different.size(), pages.size());
  }
}

TEST(ReportPdf, GivesTheSameBytesAtEachCall) {
  const auto report = long_report(120, 300);
  EXPECT_EQ(bytes_of(report), bytes_of(report));
}

TEST(ReportPdf, StaysSmallWithManyControls) {
  auto report = long_report(100, 500);
  const auto control = report.controls.front();
  report.controls.assign(30, control);
  const auto bytes = bytes_of(report);
  EXPECT_LT(bytes.size(), 10'000'000U);
  EXPECT_GT(WrittenPdf(bytes).pages(), 150U);
}

/// Runs in a process of its own, before fontconfig has read its settings.
[[noreturn]] void report_and_exit() {
  const auto out = to_pdf(sample_report(), sample_run());
  std::cerr << (out ? "written" : std::string(to_string(out.error().code)) + ": " + out.error().message);
  std::exit(0);
}

TEST(ReportPdfDeathTest, SaysWhichPackageHasTheTypefaces) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const testing::TempDir folder;
        const std::string settings = folder / "fonts.conf";
        std::ofstream(settings) << "<fontconfig/>";
        ::setenv("FONTCONFIG_FILE", settings.c_str(), 1);
        report_and_exit();
      },
      ::testing::ExitedWithCode(0), "failed_precondition: .*Liberation Sans.*fonts-liberation.*Red Hat");
}

TEST(ReportPdfDeathTest, NeedsNoHomeFolder) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        for (const char* name : {"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"})
          ::unsetenv(name);
        report_and_exit();
      },
      ::testing::ExitedWithCode(0), "written");
}

}  // namespace
}  // namespace countersign::render
