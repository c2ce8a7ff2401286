#include "reports/questionnaires/questionnaire.h"

#include "reports/sheets/read.h"

#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

using answers::Value;

constexpr std::string_view kTable =
    "ID;Question;Answer;Comments\r\n1.1;\"Is MFA asked\nfor?\";;\r\n1.2;Where is data kept?;;kept\r\n";

TEST(Questionnaire, IsReadAndGivenBackWithAnswers) {
  const auto read = read_questionnaire(kTable, "sheet.csv", {}, {});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->form, FileForm::delimited);
  ASSERT_EQ(read->questions.size(), 2u);
  EXPECT_EQ(read->questions[1].comment, "kept");
  const auto written =
      write_answers(kTable, *read,
                    {{1, Value::yes, "Of all.", {"control X passed"}}, {2, Value::text, "In eu-1.", {}}}, {});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->file,
            "ID;Question;Answer;Comments\r\n1.1;\"Is MFA asked\nfor?\";Yes;\"Of all.\nEvidence:\n- control X "
            "passed\"\r\n"
            "1.2;Where is data kept?;In eu-1.;kept\r\n");
  EXPECT_TRUE(written->left_out.empty());
}

TEST(Questionnaire, PutsAllIntoTheAnswerWhereThereAreNoComments) {
  const std::string text = "Question,Answer\nIs MFA asked for?,\n";
  const auto read = read_questionnaire(text, "x.csv", {}, {});
  ASSERT_TRUE(read) << read.error().message;
  const auto written = write_answers(text, *read, {{1, Value::yes, "Of all.", {"control X"}}}, {});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->file, "Question,Answer\nIs MFA asked for?,\"Yes. Of all.\nEvidence:\n- control X\"\n");
}

TEST(Questionnaire, GetsColumnsForAnswersWhereItHasNone) {
  const std::string text = "id,question\n1,Is MFA asked for?\n2,Who reads logs?\n";
  const auto read = read_questionnaire(text, "x.csv", {}, {});
  ASSERT_TRUE(read) << read.error().message;
  const auto written = write_answers(text, *read, {{2, Value::text, "Few.", {"control X"}}}, {});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(
      written->file,
      "id,question,Answer,Comment\n1,Is MFA asked for?\n2,Who reads logs?,Few.,\"Evidence:\n- control X\"\n");
}

TEST(Questionnaire, IsReadByTheColumnsThatAPersonChooses) {
  const std::string text = "a,b,c\nx,Keep logs for a year,\ny,Ask for a second factor,\n";
  const auto unread = read_questionnaire(text, "x.csv", {}, {});
  ASSERT_TRUE(unread) << unread.error().message;
  EXPECT_TRUE(unread->questions.empty());
  EXPECT_EQ(unread->notes.back(), "No questions could be told: choose the columns in which they stand.");
  EXPECT_FALSE(unread->sheets.front().layout);
  Layout chosen;
  chosen.header_row = 1;
  chosen.question = 2;
  chosen.answer = 3;
  const auto read = read_questionnaire(text, "x.csv", {chosen}, {});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->questions.size(), 2u);
  auto empty = chosen;
  empty.question = 7;
  EXPECT_EQ(read_questionnaire(text, "x.csv", {empty}, {}).error().code, base::Code::invalid_argument);
  for (const auto& [question, answer, sheet] : {std::tuple(0u, 3u, ""), std::tuple(2u, 2u, ""),
                                                std::tuple(20'000u, 3u, ""), std::tuple(2u, 3u, "other")}) {
    auto wrong = chosen;
    wrong.question = question;
    wrong.answer = answer;
    wrong.sheet = sheet;
    const auto refused = read_questionnaire(text, "x.csv", {wrong}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Code::invalid_argument);
  }
}

TEST(Questionnaire, ShowsItsFirstRows) {
  const auto rows = preview_of(kTable, "", 2, {});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, (std::vector<std::vector<std::string>>{{"ID", "Question", "Answer", "Comments"},
                                                          {"1.1", "Is MFA asked\nfor?", "", ""}}));
  EXPECT_EQ(preview_of(kTable, "other", 2, {}).error().code, base::Code::not_found);
}

TEST(Questionnaire, OfTooManyQuestionsIsRefused) {
  std::string text = "Question,Answer\n";
  for (std::size_t i = 0; i <= kQuestionsMax; ++i) text += "Is it so?,\n";
  const auto read = read_questionnaire(text, "x.csv", {}, {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, base::Code::resource_exhausted);
}

}  // namespace
}  // namespace countersign::questionnaires
