#include "reports/questionnaires/recorded.h"

#include "ledger/base/json.h"
#include "ledger/tree/merkle.h"

#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

base::Digest leaf(std::uint32_t number) {
  return leaf_of(recorded_answer({number, "1.1", "", "MFA?", {}, "", "", false, "", 0}, {}));
}

TEST(RecordedAnswer, IsSpelledInOneWay) {
  Question question;
  question.number = 7;
  question.id = "1.2";
  question.text = "Für \"alle\"?";
  Approval approval;
  approval.answer = "mfa";
  approval.value = answers::Value::yes;
  approval.text = "In 12.";
  approval.cites = {"control:PRIVILEGED-MFA"};
  approval.at = {1'770'000'000'000'000};
  ASSERT_TRUE(
      approval.used.set("control.PRIVILEGED-MFA.state", {"passed", "control:PRIVILEGED-MFA", approval.at}));
  const auto recorded = recorded_answer(question, approval);
  EXPECT_EQ(base::to_indented(recorded), R"({
  "number": 7,
  "id": "1.2",
  "question": "Für \"alle\"?",
  "value": "yes",
  "text": "In 12.",
  "citations": [
    "control PRIVILEGED-MFA passed"
  ],
  "cites": [
    "control:PRIVILEGED-MFA"
  ],
  "facts": {
    "control.PRIVILEGED-MFA.state": {
      "as_of": "2026-02-02T02:40:00.000000Z",
      "cites": "control:PRIVILEGED-MFA",
      "value": "passed"
    }
  },
  "library": "mfa",
  "approved": "2026-02-02T02:40:00.000000Z"
}
)");
  EXPECT_EQ(leaf_of(recorded), tree::leaf_hash(base::to_indented(recorded)));
  // Each of what a reader is told counts.
  const auto before = leaf_of(recorded);
  approval.text = "In 13.";
  EXPECT_NE(leaf_of(recorded_answer(question, approval)), before);
  question.text = "For nobody?";
  EXPECT_NE(leaf_of(recorded_answer(question, approval)), before);
}

TEST(ApprovedPlace, LeadsFromEachAnswerToTheRoot) {
  for (std::uint32_t size = 1; size <= 20; ++size) {
    std::vector<base::Digest> leaves;
    for (std::uint32_t i = 0; i < size; ++i) leaves.push_back(leaf(i));
    const auto places = places_of(leaves);
    ASSERT_TRUE(places);
    ASSERT_EQ(places->size(), size);
    for (std::uint32_t i = 0; i < size; ++i) {
      const auto& one = (*places)[i];
      EXPECT_EQ(one.root, root_of(leaves));
      EXPECT_EQ(one.index, i);
      EXPECT_TRUE(tree::verify_inclusion(one.index, one.size, leaves[i], one.path, one.root));
      EXPECT_FALSE(tree::verify_inclusion(one.index, one.size, leaf(99), one.path, one.root));
    }
  }
  EXPECT_TRUE(places_of({})->empty());
}

TEST(ApprovedPlace, IsKeptAsJson) {
  const ApprovedPlace place{leaf(1), 3, 9, {leaf(2), leaf(3)}};
  const auto read = place_from(to_json(place));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->root, place.root);
  EXPECT_EQ(read->index, 3u);
  EXPECT_EQ(read->size, 9u);
  EXPECT_EQ(read->path, place.path);
  for (const auto* member : {"root", "index", "size", "path"}) {
    auto without = to_json(place);
    without.erase(member);
    EXPECT_EQ(place_from(without).error().code, base::Code::data_loss) << member;
  }
  auto wrong = to_json(place);
  wrong["root"] = "x";
  EXPECT_FALSE(place_from(wrong));
  wrong = to_json(place);
  wrong["path"].as_array()[0] = "x";
  EXPECT_FALSE(place_from(wrong));
}

}  // namespace
}  // namespace countersign::questionnaires
