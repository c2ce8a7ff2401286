#include "reports/questionnaires/store.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "reports/answers/read_answer.h"
#include "reports/questionnaires/stored_json.h"
#include "tests/support/temp_dir.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

using base::Code;

constexpr std::string_view kFile =
    "ID,Question,Answer,Comments\n1,Do administrators of the platform show a second factor?,,\n2,What is "
    "your favourite colour?,,\n";

answers::Facts facts(const std::string& state) {
  answers::Facts out;
  const base::Timestamp now{1'770'000'000'000'000};
  EXPECT_TRUE(out.set("control.PRIVILEGED-MFA.state", {state, "control:PRIVILEGED-MFA", now}));
  EXPECT_TRUE(out.set("control.PRIVILEGED-MFA.items", {"12", "control:PRIVILEGED-MFA", now}));
  return out;
}

answers::Answer own_answer() {
  const auto read = answers::read_answer(
      json::parse(
          R"({"id":"mfa-privileged","topic":"mfa","title":"Administrators","asks":["Do administrators of the platform show a second factor?"], "claims":[{"answer":"yes","text":"In {control.PRIVILEGED-MFA.items} of as many.",
        "needs":[{"fact":"control.PRIVILEGED-MFA.state","is":"passed"}]}]})")
          .as_object(),
      {answers::FactNames::built_in()});
  EXPECT_TRUE(read) << read.error().message;
  return *read;
}

class QuestionnaireStore : public ::testing::Test {
 protected:
  QuestionnaireStore() : store_(opened()) {}

  Store opened() {
    Store::Options options;
    options.folder = dir_ / "questionnaires";
    options.record = [this](const json::object& event) -> base::Result<void> {
      if (full_) return base::fail(Code::resource_exhausted, "full");
      events_.push_back(event);
      return {};
    };
    options.clock = [this] { return base::Timestamp{now_ += 1'000'000}; };
    options.questionnaires = 3;
    options.disk_reserve_bytes = reserve_;
    options.limits.json_bytes = 100;
    auto made = Store::open(std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  Entry added() {
    const auto entry = store_.add({"Big customer", "sheet.csv", "acme", {}}, kFile, by_);
    EXPECT_TRUE(entry) << entry.error().message;
    return *entry;
  }

  std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const auto& event : events_) out.emplace_back(event.at("type").as_string());
    return out;
  }

  testing::TempDir dir_;
  std::int64_t now_ = 1'770'000'000'000'000;
  bool full_ = false;
  std::uint64_t reserve_ = 0;
  std::vector<json::object> events_;
  Store::By by_{"0123", {{"actor", {{"id", "0123"}, {"role", "admin"}}}}};
  Store store_;
};

TEST_F(QuestionnaireStore, GoesFromAFileToTheSameFileWithAnswers) {
  ASSERT_TRUE(store_.put_own(own_answer(), by_));
  const auto entry = added();
  auto asked = store_.ask(entry.id, 1, 10, facts("passed"));
  ASSERT_TRUE(asked) << asked.error().message;
  ASSERT_EQ(asked->size(), 2u);
  EXPECT_EQ((*asked)[0].match.chosen, "mfa-privileged");
  ASSERT_TRUE((*asked)[0].proposal && (*asked)[0].proposal->holds);
  EXPECT_FALSE((*asked)[1].match.chosen) << "what nothing is known of is for a person";
  EXPECT_EQ(store_.write(entry.id, facts("passed"), by_).error().code, Code::failed_precondition);

  Wish colour{2, {}, Wish::Own{answers::Value::text, "Green.", {}}};
  const auto done = store_.approve(entry.id, {{1, {}, {}}, colour}, facts("passed"), by_);
  ASSERT_TRUE(done) << done.error().message;
  const auto written = store_.write(entry.id, facts("passed"), by_);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->written.file,
            "ID,Question,Answer,Comments\n1,Do administrators of the platform show a second factor?,Yes,\"In "
            "12 of as many.\nEvidence:\n"
            "- control PRIVILEGED-MFA passed, 12 items\"\n2,What is your favourite colour?,Green.,\n");
  EXPECT_EQ(*store_.original(entry), kFile) << "the original is as it came";
  EXPECT_EQ(types(), (std::vector<std::string>{"answer.changed", "questionnaire.added", "answer.approved",
                                               "questionnaire.exported"}));
}

TEST_F(QuestionnaireStore, ApprovesNothingThatEvidenceDoesNotShow) {
  ASSERT_TRUE(store_.put_own(own_answer(), by_));
  const auto entry = added();
  for (const auto* state : {"failed", "untested"}) {
    const auto refused = store_.approve(entry.id, {{1, {}, {}}}, facts(state), by_);
    EXPECT_EQ(refused.error().code, Code::failed_precondition);
    EXPECT_TRUE(refused.error().message.starts_with("question 1: ")) << refused.error().message;
  }
  EXPECT_EQ(store_.approve(entry.id, {{2, {}, {}}}, facts("passed"), by_).error().code,
            Code::failed_precondition);
  EXPECT_EQ(store_.approve(entry.id, {{3, {}, {}}}, facts("passed"), by_).error().code,
            Code::invalid_argument);
  EXPECT_EQ(store_.approve(entry.id, {}, facts("passed"), by_).error().code, Code::invalid_argument);
  Wish cites_nothing{2, {}, Wish::Own{answers::Value::yes, "", {"control:NO-SUCH"}}};
  EXPECT_EQ(store_.approve(entry.id, {{1, {}, {}}, cites_nothing}, facts("passed"), by_).error().code,
            Code::invalid_argument);
  EXPECT_EQ(store_.count(entry.id)->approved, 0u) << "all of them or none";
}

TEST_F(QuestionnaireStore, FindsWhatEvidenceNoLongerShows) {
  ASSERT_TRUE(store_.put_own(own_answer(), by_));
  const auto entry = added();
  ASSERT_TRUE(store_.approve(entry.id, {{1, {}, {}}}, facts("passed"), by_));
  ASSERT_TRUE(store_.adopt("mfa-privileged", "acme", "somebody", "2030-01-01", facts("passed"), by_));
  EXPECT_EQ(store_.adopt("mfa-privileged", "acme", "somebody", {}, facts("failed"), by_).error().code,
            Code::failed_precondition);
  EXPECT_EQ(*store_.watched(), (std::map<std::string, std::set<std::string>>{{"acme", {"PRIVILEGED-MFA"}}}));
  events_.clear();

  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 0u);
  EXPECT_EQ(store_.judge("globex", facts("failed")).value(), 0u) << "another tenant's";
  EXPECT_EQ(store_.judge("acme", facts("failed")).value(), 2u);
  EXPECT_EQ(store_.judge("acme", facts("failed")).value(), 0u) << "once";
  EXPECT_EQ(types(), (std::vector<std::string>{"answer.stale", "answer.stale"}));
  EXPECT_EQ(events_[0].at("action").at("resource").as_string(), "acme/mfa-privileged");
  EXPECT_EQ(events_[1].at("action").at("resource").as_string(), "questionnaire/" + entry.id + "/1");
  EXPECT_EQ(store_.count(entry.id)->stale, 1u);
  const auto refused = store_.write(entry.id, facts("passed"), by_);
  EXPECT_EQ(refused.error().code, Code::failed_precondition);
  EXPECT_NE(refused.error().message.find("question 1 is stale"), std::string::npos);

  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 2u);
  EXPECT_EQ(types().back(), "answer.current");
  EXPECT_TRUE(store_.write(entry.id, facts("passed"), by_));
}

TEST_F(QuestionnaireStore, FindsWhatIsToBeReviewed) {
  ASSERT_TRUE(store_.put_own(own_answer(), by_));
  ASSERT_TRUE(store_.adopt("mfa-privileged", "acme", "somebody", "2026-02-10", facts("passed"), by_));
  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 0u);
  now_ += std::int64_t{30} * 86'400 * 1'000'000;
  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 1u);
  EXPECT_EQ(store_.adopted()->front().standing.stale,
            std::vector<std::string>{"it was to be reviewed by 2026-02-10"});
  ASSERT_TRUE(store_.drop("mfa-privileged", "acme", by_));
  EXPECT_EQ(store_.drop("mfa-privileged", "acme", by_).error().code, Code::not_found);
  EXPECT_TRUE(store_.adopted()->empty());
}

TEST_F(QuestionnaireStore, KeepsAllOverARestart) {
  ASSERT_TRUE(store_.put_own(own_answer(), by_));
  const auto entry = added();
  ASSERT_TRUE(store_.approve(entry.id, {{1, {}, {}}}, facts("passed"), by_));
  const auto before = store_.ask(entry.id, 1, 10, facts("passed"));
  store_ = opened();
  EXPECT_EQ(to_json(*store_.find(entry.id)), to_json(entry));
  const auto after = store_.ask(entry.id, 1, 10, facts("passed"));
  ASSERT_TRUE(before && after);
  EXPECT_EQ(to_json(*(*after)[0].answer), to_json(*(*before)[0].answer));
  EXPECT_EQ((*after)[0].question, (*before)[0].question);
}

std::string word(const json::object& event, const std::string& name) {
  const std::string context = " " + std::string(event.at("action").at("context").as_string()) + " ";
  const auto at = context.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return context.substr(begin, context.find(' ', begin) - begin);
}

TEST_F(QuestionnaireStore, RecordsWhatWasApprovedAndWhatWentOut) {
  ASSERT_TRUE(store_.put_own(own_answer(), by_));
  const auto entry = added();
  Wish colour{2, {}, Wish::Own{answers::Value::text, "Green.", {}}};
  ASSERT_TRUE(store_.approve(entry.id, {{1, {}, {}}, colour}, facts("passed"), by_));
  const auto approved = word(events_.back(), "root");
  Wish other{2, {}, Wish::Own{answers::Value::text, "Blue.", {}}};
  ASSERT_TRUE(store_.approve(entry.id, {other}, facts("passed"), by_));
  const auto second = word(events_.back(), "root");
  store_ = opened();
  const auto exported = store_.write(entry.id, facts("passed"), by_);
  ASSERT_TRUE(exported) << exported.error().message;
  ASSERT_EQ(exported->answers.size(), 2u);
  ASSERT_TRUE(exported->places[0] && exported->places[1]);
  EXPECT_EQ(base::to_hex(exported->places[0]->root.view()), approved);
  EXPECT_EQ(base::to_hex(exported->places[1]->root.view()), second) << "the answer that took its place";
  EXPECT_EQ(exported->answers[1].at("text").as_string(), "Blue.");
  std::vector<base::Digest> leaves;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& place = *exported->places[i];
    leaves.push_back(leaf_of(exported->answers[i]));
    EXPECT_TRUE(tree::verify_inclusion(place.index, place.size, leaves[i], place.path, place.root));
  }
  EXPECT_EQ(word(events_.back(), "root"), base::to_hex(root_of(leaves).view()));
  EXPECT_EQ(word(events_.back(), "facts"), base::to_hex(facts("passed").digest().view()));
  EXPECT_EQ(word(events_.back(), "sha256"), base::to_hex(crypto::sha256(exported->written.file).view()));
  EXPECT_EQ(store_.write(entry.id, facts("failed"), by_).error().code, Code::failed_precondition)
      << "what is stale by these facts does not wait to be judged";
}

TEST_F(QuestionnaireStore, ReadsAnswersFromBeforePlacesWereKept) {
  Standing standing;
  standing.approval.tenant = "acme";
  auto object = to_json(standing);
  EXPECT_FALSE(object.contains("place"));
  ASSERT_TRUE(standing_from(object));
  EXPECT_FALSE(standing_from(object)->place);
  object["place"] = {{"root", "x"}};
  EXPECT_EQ(standing_from(object).error().code, Code::data_loss);
}

TEST_F(QuestionnaireStore, IsReadAnewByOtherColumns) {
  const auto entry = added();
  Wish colour{2, {}, Wish::Own{answers::Value::text, "Green.", {}}};
  ASSERT_TRUE(store_.approve(entry.id, {colour}, facts("passed"), by_));
  Layout other = *entry.sheets[0].layout;
  other.answer = 4;
  other.comment = 0;
  const auto again = store_.choose(entry.id, {other}, by_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->chosen, std::vector<Layout>{other});
  EXPECT_EQ(store_.count(entry.id)->approved, 0u);
  other.sheet = "none";
  EXPECT_EQ(store_.choose(entry.id, {other}, by_).error().code, Code::invalid_argument);
  const auto found = store_.choose(entry.id, {}, by_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(to_json(*found), to_json(entry));
}

TEST_F(QuestionnaireStore, WaitsForAPersonToChooseColumns) {
  const auto entry = store_.add({"Free form", "sheet.csv", "acme", {}},
                                "a,b\nKeep logs for a year,\nAsk for a second factor,\n", by_);
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_EQ(store_.count(entry->id)->questions, 0u);
  EXPECT_TRUE(store_.ask(entry->id, 1, 10, facts("passed"))->empty());
  EXPECT_EQ(store_.write(entry->id, facts("passed"), by_).error().code, Code::failed_precondition);
  Layout chosen;
  chosen.header_row = 1;
  chosen.question = 1;
  chosen.answer = 2;
  ASSERT_TRUE(store_.choose(entry->id, {chosen}, by_));
  EXPECT_EQ(store_.count(entry->id)->questions, 2u);
}

TEST_F(QuestionnaireStore, TakesBackAndRemoves) {
  const auto entry = added();
  Wish colour{2, {}, Wish::Own{answers::Value::text, "Green.", {}}};
  ASSERT_TRUE(store_.approve(entry.id, {colour}, facts("passed"), by_));
  EXPECT_EQ(store_.take_back(entry.id, {1, 2}, by_).error().code, Code::not_found);
  ASSERT_TRUE(store_.take_back(entry.id, {2}, by_));
  EXPECT_EQ(store_.count(entry.id)->approved, 0u);
  const auto twin = added();
  ASSERT_TRUE(store_.remove(entry.id, by_));
  EXPECT_EQ(store_.find(entry.id).error().code, Code::not_found);
  EXPECT_TRUE(store_.original(twin)) << "another one has the same file";
  ASSERT_TRUE(store_.remove(twin.id, by_));
  EXPECT_FALSE(store_.original(twin));
}

TEST_F(QuestionnaireStore, RefusesWhatItCannotKeep) {
  for (const auto& [name, file] : {std::pair("", "a.csv"), {"x", ""}, {"x", "a/b.csv"}, {"a\nb", "x.csv"}})
    EXPECT_EQ(store_.add({name, file, "acme", {}}, kFile, by_).error().code, Code::invalid_argument);
  EXPECT_EQ(store_.add({"x", "a.csv", "acme", {}}, "[]", by_).error().code, Code::invalid_argument);
  for (int i = 0; i < 3; ++i) added();
  EXPECT_EQ(store_.add({"x", "a.csv", "acme", {}}, kFile, by_).error().code, Code::failed_precondition);
}

TEST_F(QuestionnaireStore, RecordsWhatItDidOnceThereIsRoom) {
  full_ = true;
  EXPECT_EQ(store_.add({"x", "a.csv", "acme", {}}, kFile, by_).error().code, Code::resource_exhausted);
  EXPECT_EQ(store_.list().error().code, Code::resource_exhausted) << "nobody is shown what is not recorded";
  full_ = false;
  EXPECT_EQ(store_.list()->size(), 1u);
  EXPECT_EQ(types(), std::vector<std::string>{"questionnaire.added"});
}

TEST_F(QuestionnaireStore, NoticesAFileThatIsAnotherOne) {
  const auto entry = added();
  for (const auto& file : std::filesystem::directory_iterator(dir_ / "questionnaires")) {
    if (file.path().filename().string().size() != 64) continue;
    ASSERT_TRUE(base::write_file_durably(file.path(), "x", base::FileMode::secret));
  }
  EXPECT_EQ(store_.original(entry).error().code, Code::data_loss);
}

TEST_F(QuestionnaireStore, JudgesAnewWhateverHasChangedAndWhoeverChangedIt) {
  const auto entry = added();
  ASSERT_TRUE(store_.approve(
      entry.id, {{1, std::nullopt, Wish::Own{answers::Value::yes, "It is.", {"control:PRIVILEGED-MFA"}}}},
      facts("passed"), by_));
  EXPECT_EQ(store_.watched()->at("acme"), std::set<std::string>{"PRIVILEGED-MFA"});
  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 0u);
  EXPECT_EQ(store_.judge("acme", facts("failed")).value(), 1u) << "other facts";
  EXPECT_EQ(store_.judge("acme", facts("failed")).value(), 0u);
  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 1u) << "those of before are other facts, too";
  auto other = opened();
  const Wish::Own second{answers::Value::no, "It is not.", {"control:PRIVILEGED-MFA"}};
  ASSERT_TRUE(other.approve(entry.id, {{2, std::nullopt, second}}, facts("failed"), by_));
  EXPECT_EQ(store_.judge("acme", facts("passed")).value(), 1u) << "what another store approved";
  ASSERT_TRUE(other.remove(entry.id, by_));
  EXPECT_TRUE(store_.watched()->empty());
}

TEST_F(QuestionnaireStore, LeavesTheReserveOfTheDiskToEvents) {
  reserve_ = UINT64_MAX / 2;
  store_ = opened();
  const auto entry = store_.add({"Big customer", "sheet.csv", "acme", {}}, kFile, by_);
  EXPECT_EQ(entry.error().code, Code::resource_exhausted);
  EXPECT_TRUE(store_.list()->empty());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_ / "questionnaires"), {}), 2)
      << "no file beside the book and its lock";
}

TEST_F(QuestionnaireStore, TakesNoFileThatHasMoreThanItsLimitForAFullDisk) {
  const auto json = R"([{"question":")" + std::string(200, 'x') + R"("}])";
  const auto entry = store_.add({"Big customer", "a.json", "acme", {}}, json, by_);
  EXPECT_EQ(entry.error().code, Code::invalid_argument);
  EXPECT_NE(entry.error().message.find("100 bytes at most"), std::string::npos) << entry.error().message;
}

}  // namespace
}  // namespace countersign::questionnaires
