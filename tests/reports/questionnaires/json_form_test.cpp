#include "reports/questionnaires/json_form.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

using answers::Value;

boost::json::value parsed(const std::string& text) { return boost::json::parse(text); }

constexpr std::string_view kVsaq = R"(// A licence
{"questionnaire": [{"type": "block", "text": "Servers", "items": [
  {"type": "info", "text": "Read this."},
  {"type": "radiogroup", "id": "servers_logging", "text": "Do you <b>log</b> " + "sign-ins?", "choices": [
    {"servers_logging_yes": "Yes, all of them."}, {"servers_logging_no": "No, few."}]},
  {"type": "box", "id": "servers_more", "text": "Describe it."},
  {"type": "line", "text": "Without an id"},
  {"type": "yesno", "id": "servers_mfa", "text": "Is MFA asked for?"}]}]})";

TEST(JsonForm, ReadsVsaq) {
  const auto read = read_json(kVsaq);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->shape, JsonShape::vsaq);
  ASSERT_EQ(read->questions.size(), 4u);
  const auto& first = read->questions[0];
  EXPECT_EQ(first.text, "Do you log sign-ins?");
  EXPECT_EQ(first.id, "servers_logging");
  EXPECT_EQ(first.section, "Servers");
  EXPECT_EQ(first.choices, (std::vector<std::string>{"Yes, all of them.", "No, few."}));
  EXPECT_EQ(read->questions[3].number, 4u);
}

TEST(JsonForm, GivesVsaqTheAnswersThatItLoads) {
  const auto written = write_json(kVsaq, {{1, Value::yes, "Each one.", {"control X"}},
                                          {2, Value::text, "In a ledger.", {"control X passed"}},
                                          {3, Value::text, "x", {}},
                                          {4, Value::partial, "x", {}}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(
      parsed(written->file),
      parsed(
          R"({"servers_logging_yes":"checked","servers_more":"In a ledger.\nEvidence:\n- control X passed"})"));
  ASSERT_EQ(written->left_out.size(), 2u);
  EXPECT_EQ(written->left_out[0], (LeftOut{3, "the item has no id to answer under"}));
  EXPECT_EQ(written->left_out[1].number, 4u);
}

TEST(JsonForm, AnswersTheControlsOfACatalog) {
  const std::string text = R"({"catalog":{"uuid":"x","groups":[{"title":"Design","controls":[
    {"id":"c1","title":"Logging","parts":[{"name":"statement","prose":"Keep logs"},{"name":"guidance","prose":"Why?"}]},
    {"id":"c2","title":"None","parts":[]}]}]}})";
  const auto read = read_json(text);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->questions.size(), 1u);
  EXPECT_EQ(read->questions[0].text, "Keep logs");
  EXPECT_EQ(read->questions[0].section, "Design / Logging");
  const auto written = write_json(text, {{1, Value::yes, "Kept.", {}}});
  ASSERT_TRUE(written) << written.error().message;
  auto expected = parsed(text);
  expected.at_pointer("/catalog/groups/0/controls/0/parts")
      .as_array()
      .push_back(parsed(R"({"name":"response","prose":"Kept.","props":[{"name":"answer","value":"Yes"}]})"));
  EXPECT_EQ(parsed(written->file), expected);
}

TEST(JsonForm, AnswersListsUnderTheNamesThatTheyHave) {
  const std::string text = R"({"sections": [{"title": "Access", "questions": [
  {"questionId": "7", "questionText": "Is MFA asked for?", "options": ["Yes", "No"], "response": null, "notes": ""},
  {"questionId": "8", "questionText": "How long are logs kept?"}]}]})";
  const auto read = read_json(text);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->questions.size(), 2u);
  EXPECT_EQ(read->questions[0].section, "Access");
  EXPECT_EQ(read->questions[0].id, "7");
  EXPECT_EQ(read->questions[0].choices, (std::vector<std::string>{"Yes", "No"}));
  const auto written =
      write_json(text, {{1, Value::yes, "Always.", {"control X"}}, {2, Value::text, "A year.", {}}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->file, R"({"sections": [{"title": "Access", "questions": [
  {"questionId": "7", "questionText": "Is MFA asked for?", "options": ["Yes", "No"], "response": "Yes", "notes": "Always.\nEvidence:\n- control X"},
  {"questionId": "8", "questionText": "How long are logs kept?", "answer": "A year."}]}]})");
  EXPECT_TRUE(written->left_out.empty());
}

TEST(JsonForm, LeavesOutWhatNoChoiceSays) {
  const std::string text = R"([{"question": "Is it so?", "options": ["Always", "Never"]}])";
  const auto written = write_json(text, {{1, Value::yes, "It is.", {}}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(parsed(written->file),
            parsed(R"([{"question":"Is it so?","options":["Always","Never"],"comment":"It is."}])"));
  ASSERT_EQ(written->left_out.size(), 1u);
}

TEST(JsonForm, LeavesWhatIsNoTextUnderTheNamesOfAnswers) {
  const std::string text = R"([{"question":"Is it so?","answer":{"question":"And that?"},"comment":[1]}])";
  const auto written = write_json(text, {{1, Value::yes, "It is.", {}}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(
      written->file,
      R"([{"question":"Is it so?","answer":{"question":"And that?"},"comment":[1],"answer_text":"Yes","comment_text":"It is."}])");
}

TEST(JsonForm, RefusesWhatHoldsNoQuestions) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string& text : {std::string("{"), std::string("[]"), std::string(R"({"question": 7})"),
                                  std::string(R"({"catalog":{}})"), std::string(R"({"questionnaire": []})"),
                                  std::string(R"({"question":"a?","question":"b?"})"),
                                  std::string("// x\n[{\"question\":\"a?\"}]"), deep, std::string("\xff")}) {
    const auto read = read_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::Code::invalid_argument);
  }
  EXPECT_EQ(write_json(R"([{"question":"a?"}])", {{2, Value::yes, "", {}}}).error().code,
            base::Code::invalid_argument);
}

}  // namespace
}  // namespace countersign::questionnaires
