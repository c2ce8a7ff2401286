#include "reports/findings/finding_events.h"

#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"
#include "reports/engine/responses.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <numeric>

namespace countersign::findings {
namespace {

constexpr base::Timestamp kNow{1'767'225'600'000'000};

/// The system log takes it.
bool is_good(const boost::json::object& event) {
  const record::Sender sender{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
  return record::prepare_event(event, sender, record::Vocabulary::system).has_value();
}

std::string text(const boost::json::object& event, const char* object, const char* member) {
  return std::string(event.at(object).at(member).as_string());
}

Saying saying(Step step, std::string words = "as agreed") {
  return {step, "acme", reports::finding_id("acme", "OTP-LIFETIME", std::int64_t{17}), std::move(words),
          {},   {}};
}

base::Result<std::vector<boost::json::object>> events(const Saying& what, const Finding* known) {
  return events_of(what, known, {{"actor", {{"id", "bob"}, {"role", "operator"}}}}, kNow,
                   crypto::system_entropy());
}

std::string fault(const Saying& what, const Finding* known) {
  const auto result = events(what, known);
  return result ? std::string() : std::string(base::to_string(result.error().code));
}

TEST(FindingEvents, TellWhatWasFoundAndReadItAgain) {
  for (const Found& found : {Found{"OTP-LIFETIME", 2, "17", {17, 18}},
                             Found{"A", 1, "a b records=[9] item=x", {}}, Found{"A", {}, "", {1}}}) {
    const auto read = read_found(found_context(found));
    EXPECT_EQ(read.control, found.control);
    EXPECT_EQ(read.version, found.version);
    EXPECT_EQ(read.item, found.item);
    EXPECT_EQ(read.records, found.records);
  }
  EXPECT_EQ(found_context({"OTP-LIFETIME", 2, "17", {17, 18}}), "OTP-LIFETIME v2 item=17 records=[17,18]");
  for (const auto* odd : {"", "X", "X v item=", "X vv2 item=1", "X v2", " item=", "X item=1 records=["})
    EXPECT_EQ(read_found(odd).version, std::nullopt) << odd;
}

TEST(FindingEvents, CutWhatIsTooLongWhereACharacterEnds) {
  Found found{"OTP-LIFETIME", 2, "17", std::vector<std::uint64_t>(500)};
  std::iota(found.records.begin(), found.records.end(), 1'000'000u);
  const auto few = found_context(found);
  EXPECT_LE(few.size(), 1024u);
  EXPECT_GT(few.size(), 1010u);
  const auto read = read_found(few);
  EXPECT_EQ(read.item, "17");
  EXPECT_TRUE(std::equal(read.records.begin(), read.records.end(), found.records.begin()));

  std::string long_text;
  while (long_text.size() < 2'000) long_text += "\xC3\xA9x";
  found.item = long_text;
  const auto event = opened_event("acme", "0123456789abcdef", found, long_text, kNow);
  EXPECT_TRUE(is_good(event)) << boost::json::serialize(event);
  EXPECT_LE(text(event, "action", "context").size(), 1024u);
  const auto item = read_found(text(event, "action", "context")).item;
  EXPECT_EQ(item, long_text.substr(0, item.size()));
  EXPECT_NE(item.back(), '\xC3');
  EXPECT_EQ(text(event, "outcome", "reason"), long_text.substr(0, 255)) << "the next one has two bytes";
}

TEST(FindingEvents, OpenAFindingUnderAnIdOfItsOwn) {
  const auto event =
      opened_event("acme", "0123456789abcdef", {"OTP-LIFETIME", 2, "1\n7", {17}}, "late\tby 9 s", kNow);
  EXPECT_TRUE(is_good(event));
  EXPECT_EQ(event.at("id").as_string(), "finding.opened/acme/0123456789abcdef");
  EXPECT_EQ(text(event, "action", "name"), "finding open");
  EXPECT_EQ(text(event, "action", "resource"), "acme/0123456789abcdef");
  EXPECT_EQ(text(event, "action", "context"), "OTP-LIFETIME v2 item=1 7 records=[17]");
  EXPECT_EQ(text(event, "outcome", "reason"), "late by 9 s");
}

TEST(FindingEvents, AcknowledgeAndResolveOnceAndSayWhoDid) {
  Finding known;
  const auto acknowledged = events(saying(Step::acknowledge, ""), &known);
  ASSERT_TRUE(acknowledged);
  ASSERT_EQ(acknowledged->size(), 1u);
  const auto& event = acknowledged->front();
  EXPECT_TRUE(is_good(event));
  EXPECT_EQ(event.at("id").as_string(), "finding.acknowledged/acme/" + saying(Step::answer).finding);
  EXPECT_EQ(text(event, "action", "name"), "finding acknowledge");
  EXPECT_EQ(text(event, "actor", "id"), "bob");
  EXPECT_FALSE(event.contains("outcome"));
  known.acknowledged = Entry();
  EXPECT_EQ(fault(saying(Step::acknowledge), &known), "already_exists");
  const auto resolved = events(saying(Step::resolve, "false alarm"), &known);
  ASSERT_TRUE(resolved);
  ASSERT_EQ(resolved->size(), 1u);
  EXPECT_EQ(text(resolved->front(), "outcome", "reason"), "false alarm");
  EXPECT_EQ(resolved->front().at("type").as_string(), "finding.resolved");
  known.resolved = Entry();
  EXPECT_EQ(fault(saying(Step::resolve), &known), "already_exists");
}

TEST(FindingEvents, WhoResolvesWhatNobodyAcknowledgedAcknowledgesIt) {
  const Finding known;
  const auto resolved = events(saying(Step::resolve), &known);
  ASSERT_TRUE(resolved);
  ASSERT_EQ(resolved->size(), 2u);
  EXPECT_EQ(resolved->front().at("type").as_string(), "finding.acknowledged");
  EXPECT_EQ(text(resolved->front(), "actor", "id"), "bob");
  EXPECT_FALSE(resolved->front().contains("outcome"));
  EXPECT_EQ(resolved->back().at("type").as_string(), "finding.resolved");
}

TEST(FindingEvents, AnswerWhatIsKnownOrIsNamedByControlAndItem) {
  for (const auto step : {Step::acknowledge, Step::answer, Step::resolve})
    EXPECT_EQ(fault(saying(step), nullptr), "not_found");
  auto answer = saying(Step::answer, "The test account is closed.");
  answer.control = "OTP-LIFETIME";
  answer.item = "18";
  EXPECT_EQ(fault(answer, nullptr), "invalid_argument") << "it is another finding's item";
  const Finding known;
  EXPECT_EQ(fault(answer, &known), "invalid_argument");
  answer.item = "17";
  const auto told = events(answer, nullptr);
  ASSERT_TRUE(told) << told.error().message;
  ASSERT_EQ(told->size(), 1u);
  EXPECT_TRUE(is_good(told->front()));
  EXPECT_EQ(text(told->front(), "action", "context"), "The test account is closed.");
  const auto about = read_found(text(told->front(), "outcome", "reason"));
  EXPECT_EQ(about.control, "OTP-LIFETIME");
  EXPECT_EQ(about.item, "17");
  const auto again = events(saying(Step::answer), &known);
  ASSERT_TRUE(again);
  EXPECT_NE(again->front().at("id"), told->front().at("id")) << "each answer is recorded";
  EXPECT_FALSE(again->front().contains("outcome"));
}

TEST(FindingEvents, RefuseTextsThatNoRecordTakes) {
  const Finding known;
  for (const auto step : {Step::acknowledge, Step::answer, Step::resolve}) {
    const std::size_t most = step == Step::answer ? 1024 : 256;
    EXPECT_EQ(fault(saying(step, "two\nlines"), &known), "invalid_argument");
    EXPECT_EQ(fault(saying(step, std::string(most + 1, 'x')), &known), "invalid_argument");
    const auto longest = events(saying(step, std::string(most, 'x')), &known);
    ASSERT_TRUE(longest);
    for (const auto& event : *longest) EXPECT_TRUE(is_good(event));
    EXPECT_EQ(fault(saying(step, ""), &known), step == Step::acknowledge ? "" : "invalid_argument");
  }
  auto answer = saying(Step::answer);
  answer.control = "OTP-LIFETIME";
  EXPECT_EQ(fault(answer, &known), "invalid_argument") << "an item goes with it";
  answer.item = "17";
  answer.control = "otp-lifetime";
  EXPECT_EQ(fault(answer, &known), "invalid_argument");
}

}  // namespace
}  // namespace countersign::findings
