#include "reports/questionnaires/layout.h"

#include "tests/reports/questionnaires/sheet_of.h"

#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

using testing::sheet_of;

/// Columns in the order question, id, section, title, answer, comment, behind the row of the headings.
std::vector<std::uint32_t> columns(const Layout& one) {
  return {one.header_row, one.question, one.id, one.section, one.title, one.answer, one.comment};
}

TEST(Layout, OfUsualHeadings) {
  const auto caiq =
      find_layout(sheet_of({{"CONSENSUS ASSESSMENTS INITIATIVE QUESTIONNAIRE v4.1"},
                            {},
                            {"Question ID", "Question", "CSP CAIQ Answer", "SSRM Control Ownership",
                             "CSP Implementation Description (Optional/Recommended)",
                             "CSC Responsibilities (Optional/Recommended)", "CCM Control ID",
                             "CCM Control Specification", "CCM Control Title", "CCM Domain Title"},
                            {"X-01.1", "Is a second factor asked for?", "", "", "", "", "X-01", "Ask for it.",
                             "Factors", "Access"}}));
  ASSERT_TRUE(caiq.layout) << caiq.why;
  EXPECT_EQ(columns(*caiq.layout), (std::vector<std::uint32_t>{3, 2, 1, 10, 9, 3, 5}));

  const auto usual = find_layout(sheet_of({{"#", "Category", "Control Question", "Yes/No/NA", "Comments"},
                                           {"1", "Access", "Do administrators show a second factor?"}}));
  ASSERT_TRUE(usual.layout) << usual.why;
  EXPECT_EQ(columns(*usual.layout), (std::vector<std::uint32_t>{1, 3, 1, 2, 0, 4, 5}));

  const auto lite = find_layout(
      sheet_of({{"Ques Num", "Question/Request", "Response", "Additional Information", "Category"},
                {"A.1", "Is there a log of sign-ins?"}}));
  ASSERT_TRUE(lite.layout) << lite.why;
  EXPECT_EQ(columns(*lite.layout), (std::vector<std::uint32_t>{1, 2, 1, 5, 0, 3, 4}));

  const auto analyst = find_layout(sheet_of({{"ID", "Question", "Answer", "Additional Information",
                                              "Guidance", "Analyst Notes", "Compliant Response", "Score"},
                                             {"AAAI-01", "Are sign-ins recorded?"}}));
  ASSERT_TRUE(analyst.layout) << analyst.why;
  EXPECT_EQ(columns(*analyst.layout), (std::vector<std::uint32_t>{1, 2, 1, 0, 0, 3, 4}));
}

TEST(Layout, OfATableWithoutAColumnForAnswersPutsThemBehindTheLast) {
  const auto found =
      find_layout(sheet_of({{"id", "section", "title", "text"},
                            {"ctl_1", "Application", "Logging", "Keep a log of all sign-ins for 30 days"}}));
  ASSERT_TRUE(found.layout) << found.why;
  EXPECT_EQ(columns(*found.layout), (std::vector<std::uint32_t>{1, 4, 1, 2, 3, 0, 0}));
}

TEST(Layout, OfHeadingsInTwoRowsThatAreMerged) {
  auto sheet = sheet_of({{"Vendor assessment"},
                         {"No.", "Question", "Vendor"},
                         {"", "", "Response", "Remarks"},
                         {"1", "Do you keep an audit log?"}});
  sheet.merged = {{2, 1, 3, 1}, {2, 2, 3, 2}, {2, 3, 2, 4}};
  const auto found = find_layout(sheet);
  ASSERT_TRUE(found.layout) << found.why;
  EXPECT_EQ(columns(*found.layout), (std::vector<std::uint32_t>{3, 2, 1, 0, 0, 3, 4}));
  const auto questions = questions_of(sheet, *found.layout, 1);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].text, "Do you keep an audit log?");
}

TEST(Layout, OfTextsWithQuestionMarksWhereNoHeadingsAre) {
  const auto found = find_layout(sheet_of(
      {{"Please fill in"}, {"", "Is there MFA?"}, {"", "Where is data kept?"}, {"", "Who may read it?"}}));
  ASSERT_TRUE(found.layout) << found.why;
  EXPECT_EQ(columns(*found.layout), (std::vector<std::uint32_t>{1, 2, 0, 0, 0, 0, 0}));
}

TEST(Layout, IsNotFoundInTablesOfOtherThings) {
  for (const auto& sheet :
       {sheet_of({{"How to fill this in"}, {"1", "Read all sheets."}, {"2", "Send it back."}}),
        sheet_of({{"Name", "Version", "Date"}, {"Questionnaire", "1", "2026-01-01"}}),
        sheet_of({{"Question", "Answer"}}), sheets::Sheet{}}) {
    const auto found = find_layout(sheet);
    EXPECT_FALSE(found.layout);
    EXPECT_FALSE(found.why.empty());
  }
}

TEST(Questions, HaveTheHeadingsAboveThem) {
  auto sheet = sheet_of({{"ID", "Question", "Answer"},
                         {"", "Access control"},
                         {"1.1", "Is MFA asked for?", "Yes"},
                         {"Logging"},
                         {"2.1", "Retain logs for a year"},
                         {"2.2", "   "}});
  sheet.choices = {{{{3, 3, 6, 3}}, {"Yes", "No"}}};
  sheet.rows[4].hidden = true;
  const auto questions = questions_of(sheet, *find_layout(sheet).layout, 5);
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[0].section, "Access control");
  EXPECT_EQ(questions[0].number, 5u);
  EXPECT_EQ(questions[0].id, "1.1");
  EXPECT_EQ(questions[0].answer, "Yes");
  EXPECT_EQ(questions[0].place, 3u);
  EXPECT_EQ(questions[0].choices, (std::vector<std::string>{"Yes", "No"}));
  EXPECT_FALSE(questions[0].hidden);
  EXPECT_EQ(questions[1].section, "Logging");
  EXPECT_EQ(questions[1].text, "Retain logs for a year");
  EXPECT_TRUE(questions[1].hidden);
}

TEST(Questions, TakeTheSectionOfMergedCells) {
  auto sheet = sheet_of({{"Domain", "Question", "Response"},
                         {"Access", "Is MFA asked for?"},
                         {"", "Are there shared accounts?"}});
  sheet.merged = {{2, 1, 3, 1}};
  const auto questions = questions_of(sheet, *find_layout(sheet).layout, 1);
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[1].section, "Access");
}

TEST(Questions, CanAllBeDemands) {
  const auto sheet = sheet_of(
      {{"Requirement", "Response"}, {"Keep logs for a year"}, {"Show a second factor"}, {"Lock accounts"}});
  EXPECT_EQ(questions_of(sheet, *find_layout(sheet).layout, 1).size(), 3u);
}

TEST(Questions, AreNotHeadingsBecauseTheyStandAlone) {
  const auto sheet =
      sheet_of({{"Question", "Answer"}, {"Encryption"}, {"Describe your logging"}, {"Is MFA asked for?"}});
  const auto questions = questions_of(sheet, *find_layout(sheet).layout, 1);
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[0].text, "Describe your logging");
  EXPECT_EQ(questions[0].section, "Encryption");
}

}  // namespace
}  // namespace countersign::questionnaires
