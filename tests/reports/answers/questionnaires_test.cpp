#include "reports/answers/matcher.h"
#include "tests/reports/answers/csv_rows.h"
#include "tests/reports/answers/demo.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

namespace countersign::answers {
namespace {

using Row = std::map<std::string, std::string>;

/// How many of what was asked, by set.
struct Figures {
  int questions = 0, proposed = 0, wrong = 0;
  int broad = 0, broad_right = 0;    ///< all questions on the six topics
  int strict = 0, strict_right = 0;  ///< those of them that evidence of authentication can answer
};

/// What is proposed for a question: the answer's id and its value; both empty where nothing is.
struct Said {
  std::string answer, value;
  bool cited = false;
  std::string why;
};

Said say(Matcher& matcher, const Question& question, const Facts& facts) {
  const auto match = matcher.match(question).value();
  Said out;
  out.why = match.reason;
  for (const auto& one : match.candidates)
    out.why +=
        fmt::format("\n    {} {:.2f} {}: {}", one.answer, one.score, one.good, fmt::join(one.why, "; "));
  if (!match.chosen) return out;
  const auto proposal = propose(*matcher.library().find(*match.chosen), facts, match.asked, match.form);
  if (!proposal.holds) {
    out.why += fmt::format("\n    missing: {}", fmt::join(proposal.missing, "; "));
    return out;
  }
  out.answer = *match.chosen;
  out.value = to_string(proposal.value);
  out.cited = !proposal.cites.empty();
  return out;
}

/// The text of each question of a set that may be shown, by set and row.
std::map<std::string, std::vector<Question>> texts() {
  std::map<std::string, std::vector<Question>> out;
  for (const auto& row : csv_rows("mvsp_v3.0-20231109.csv"))
    out["mvsp"].push_back({row.at("title") + "\n" + row.at("text"), row.at("section")});
  for (const auto& row : csv_rows("vsaq_questions_flat.csv"))
    out["vsaq"].push_back({row.at("text"), row.at("template")});
  return out;
}

void count(Figures& figures, const Row& row, const Said& said) {
  ++figures.questions;
  const bool right = said.answer == row.at("answer") && said.value == row.at("value") && said.cited;
  const bool found = right && !said.answer.empty();
  figures.broad += row.at("topic").empty() ? 0 : 1;
  figures.broad_right += !row.at("topic").empty() && found ? 1 : 0;
  figures.strict += row.at("strict").empty() ? 0 : 1;
  figures.strict_right += !row.at("strict").empty() && found ? 1 : 0;
  figures.proposed += said.answer.empty() ? 0 : 1;
  if (said.answer.empty() || right) return;
  ++figures.wrong;
  ADD_FAILURE() << fmt::format("{} {} row {}: {} {} was proposed, and {} {} expected; {}", row.at("set"),
                               row.at("id"), row.at("row"), said.answer, said.value, row.at("answer"),
                               row.at("value"), said.why);
}

void print(std::string_view how, const std::map<std::string, Figures>& all) {
  for (const auto& [set, f] : all)
    std::cout << fmt::format(
        "{:8} {}: {} questions, answered right and cited {} of {} on the six topics, and {} of {} that "
        "evidence "
        "can answer; {} proposed in all, {} wrong\n",
        set, how, f.questions, f.broad_right, f.broad, f.strict_right, f.strict, f.proposed, f.wrong);
}

TEST(Questionnaires, AreAnsweredRightOrNotAtAll) {
  auto matcher = Matcher::make(Library::built_in()).value();
  const auto facts = demo_facts();
  const auto questions = texts();
  std::map<std::string, Figures> figures;
  for (const auto& row : csv_rows("expected.csv")) {
    const auto& set = row.at("set");
    Question question;
    if (const auto found = questions.find(set); found != questions.end())
      question = found->second.at(std::stoul(row.at("row")) - 1);
    question.id = row.at("id");
    question.set = set;
    question.version = row.at("version");
    count(figures[set], row, say(matcher, question, facts));
  }
  print("by number", figures);
  ASSERT_EQ(figures.size(), 4U);
  // How many of all on the six topics; see the README for why it is not more.
  const std::map<std::string, int> broad{{"caiq", 34}, {"hecvat", 19}, {"mvsp", 4}, {"vsaq", 4}};
  for (const auto& [set, f] : figures) {
    EXPECT_GE(f.strict_right * 10, f.strict * 9) << set;
    EXPECT_GE(f.broad_right, broad.at(set)) << set;
    EXPECT_GT(f.strict, 0) << set;
    EXPECT_EQ(f.wrong, 0) << set;
  }
}

/// As when somebody has copied them into a sheet of his own, without numbers.
TEST(Questionnaires, WithoutNumbersAreAnsweredRightOrNotAtAll) {
  auto matcher = Matcher::make(Library::built_in()).value();
  const auto facts = demo_facts();
  const auto questions = texts();
  std::map<std::string, Figures> figures;
  for (const auto& row : csv_rows("expected.csv")) {
    const auto found = questions.find(row.at("set"));
    if (found == questions.end()) continue;
    count(figures[row.at("set")], row, say(matcher, found->second.at(std::stoul(row.at("row")) - 1), facts));
  }
  print("by words", figures);
  for (const auto& [set, f] : figures) {
    EXPECT_GE(f.strict_right * 10, f.strict * 9) << set;
    EXPECT_EQ(f.wrong, 0) << set;
  }
}

/// Questions in the manner of sheets that cannot be shown, half of them traps: see the README beside them.
TEST(Questionnaires, OfOtherMannersAreAnsweredRightOrNotAtAll) {
  auto matcher = Matcher::make(Library::built_in()).value();
  const auto facts = demo_facts();
  // The last four are by somebody who did not know the library; nothing was made better by the eighth: see
  // the README.
  const std::vector<std::pair<std::string, int>> files{
      {"held_out.csv", 90},         {"held_out_second.csv", 90}, {"held_out_third.csv", 90},
      {"held_out_fourth.csv", 90},  {"held_out_fifth.csv", 90},  {"held_out_sixth.csv", 85},
      {"held_out_seventh.csv", 85}, {"held_out_eighth.csv", 42}};
  for (const auto& [file, percent] : files) {
    int relevant = 0, right = 0, traps = 0, wrong = 0;
    for (const auto& row : csv_rows(file)) {
      const auto said = say(matcher, {row.at("text"), row.at("heading")}, facts);
      const bool is_trap = row.at("answer").empty();
      const bool is_right =
          said.answer == row.at("answer") && said.value == row.at("value") && (is_trap || said.cited);
      ++(is_trap ? traps : relevant);
      right += !is_trap && is_right ? 1 : 0;
      if (said.answer.empty() || is_right) continue;
      ++wrong;
      ADD_FAILURE() << fmt::format("{}: {} {} was proposed, and {} {} expected; {}", row.at("text"),
                                   said.answer, said.value, row.at("answer"), row.at("value"), said.why);
    }
    std::cout << fmt::format(
        "{:20} by words: {} relevant, {} answered right and cited ({}%); {} traps; {} wrong\n", file,
        relevant, right, 100 * right / relevant, traps, wrong);
    EXPECT_GE(right * 100, relevant * percent) << file;
    EXPECT_GE(traps, 15) << file;
    EXPECT_EQ(wrong, 0) << file;
  }
}

/// 10,000 questions in a few seconds: here a tenth of them, with room for a slow machine and sanitizers.
TEST(Questionnaires, AreMatchedQuickly) {
  auto matcher = Matcher::make(Library::built_in()).value();
  const auto rows = csv_rows("vsaq_questions_flat.csv");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    for (const auto& row : rows) ASSERT_TRUE(matcher.match({row.at("text"), row.at("template")}));
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  std::cout << fmt::format("{} questions in {} ms\n", 4 * rows.size(),
                           std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  EXPECT_LT(took, std::chrono::seconds(20));
}

}  // namespace
}  // namespace countersign::answers
