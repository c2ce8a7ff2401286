#include "reports/documents/document.h"

#include "reports/documents/document_json.h"
#include "reports/documents/facts.h"
#include "reports/documents/reminders.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Day day(std::string_view text) { return *parse_day(text); }

Version version(std::int64_t number, const char* from, const char* until) {
  Version out;
  out.number = number;
  out.added = {number};
  out.added_by = "acc-1";
  out.file_name = "report.pdf";
  if (from != nullptr) out.valid_from = day(from);
  if (until != nullptr) out.valid_until = day(until);
  return out;
}

Document document(std::vector<Version> versions, std::string kind = "soc2-type2") {
  Document out;
  out.id = std::string(32, 'a');
  out.kind = std::move(kind);
  out.title = "SOC 2 Type II";
  out.owner = "acc-7";
  out.added_by = "acc-1";
  out.remind_days = {90, 30};
  out.versions = std::move(versions);
  return out;
}

Version withdrawn(Version one) {
  one.withdrawn = Withdrawal{{5}, "acc-2", "the wrong file"};
  return one;
}

TEST(Days, AreReadAndWrittenInOneSpelling) {
  for (const auto* text : {"1970-01-01", "2024-02-29", "2026-12-31", "9999-12-31"})
    EXPECT_EQ(format_day(day(text)), text);
  EXPECT_EQ(day("1970-01-02").number, 1);
  for (const auto* text : {"", "2026-02-29", "2026-13-01", "2026-1-1", "1969-12-31", "2026-12-31T00:00:00Z",
                           "20261231", "2026-12-3x", "+026-12-31"})
    EXPECT_FALSE(parse_day(text)) << text;
  EXPECT_EQ(day_of({-1}).number, -1);
  EXPECT_EQ(format_day(day_of(*base::parse_rfc3339("2026-12-31T23:59:59.999999Z"))), "2026-12-31");
}

TEST(StandingOn, IsByTheNewestVersionThatHolds) {
  const auto one = document({version(1, "2025-01-01", "2025-12-31"), version(2, "2025-06-01", "2026-05-31"),
                             version(3, "2026-06-01", nullptr)});
  const auto at = [&](std::string_view text) {
    const auto standing = standing_on(one, day(text));
    return std::pair(standing.state, standing.version == nullptr ? 0 : standing.version->number);
  };
  EXPECT_EQ(at("2024-12-31"), std::pair(State::not_yet, std::int64_t{3}));
  EXPECT_EQ(at("2025-01-01"), std::pair(State::valid, std::int64_t{1}));
  EXPECT_EQ(at("2025-12-31"), std::pair(State::valid, std::int64_t{2}));
  EXPECT_EQ(at("2026-05-31"), std::pair(State::valid, std::int64_t{2}));
  EXPECT_EQ(at("2026-06-01"), std::pair(State::valid, std::int64_t{3}));
}

TEST(StandingOn, HasExpiredOnTheDayAfterTheLastOne) {
  const auto one = document({version(1, nullptr, "2026-12-31"), version(2, nullptr, "2026-03-31")});
  EXPECT_EQ(standing_on(one, day("2026-12-31")).state, State::valid);
  const auto standing = standing_on(one, day("2027-01-01"));
  EXPECT_EQ(standing.state, State::expired);
  EXPECT_EQ(standing.version->number, 1);
}

TEST(StandingOn, PassesOverWhatIsWithdrawn) {
  EXPECT_EQ(standing_on(document({}), day("2026-01-01")).state, State::missing);
  EXPECT_EQ(standing_on(document({withdrawn(version(1, nullptr, nullptr))}), day("2026-01-01")).state,
            State::missing);
  const auto one = document({version(1, nullptr, nullptr), withdrawn(version(2, nullptr, nullptr))});
  EXPECT_EQ(standing_on(one, day("2026-01-01")).version->number, 1);
}

std::vector<std::int64_t> all(const Document& of, std::string_view on, std::vector<std::int64_t> said = {}) {
  const auto due = due_on(of, day(on), said);
  if (!due) return {};
  std::vector<std::int64_t> out{due->days, due->left};
  out.insert(out.end(), due->settled.begin(), due->settled.end());
  return out;
}

TEST(DueOn, IsOnceForEachReminder) {
  const auto one = document({version(1, nullptr, "2026-12-31")});
  EXPECT_THAT(all(one, "2026-10-01"), IsEmpty());
  EXPECT_THAT(all(one, "2026-10-02"), ElementsAre(90, 90, 90));
  EXPECT_THAT(all(one, "2026-11-30", {90}), IsEmpty());
  EXPECT_THAT(all(one, "2026-12-01", {90}), ElementsAre(30, 30, 90, 30));
  EXPECT_THAT(all(one, "2026-12-31", {90, 30}), IsEmpty());
  EXPECT_THAT(all(one, "2027-01-01", {90, 30}), ElementsAre(0, 0, 0));
  EXPECT_THAT(all(one, "2027-02-01", {90, 30, 0}), IsEmpty());
}

TEST(DueOn, SaysTheNearestOfSeveralOnce) {
  const auto one = document({version(1, nullptr, "2026-12-31")});
  EXPECT_THAT(all(one, "2026-12-30"), ElementsAre(30, 1, 90, 30));
  EXPECT_THAT(all(one, "2026-12-30", {90, 30}), IsEmpty());
}

TEST(DueOn, IsSilentWhereAnotherVersionFollows) {
  const auto followed = document({version(1, nullptr, "2026-12-31"), version(2, "2027-01-01", "2027-12-31")});
  EXPECT_THAT(all(followed, "2026-12-30"), IsEmpty());
  const auto gap = document({version(1, nullptr, "2026-12-31"), version(2, "2027-01-02", "2027-12-31")});
  EXPECT_THAT(all(gap, "2026-12-30"), ElementsAre(30, 1, 90, 30));
  EXPECT_THAT(all(document({version(1, nullptr, nullptr)}), "2026-12-30"), IsEmpty());
  EXPECT_THAT(all(document({}), "2026-12-30"), IsEmpty());
  auto never = document({version(1, nullptr, "2026-12-31")});
  never.remind_days.clear();
  EXPECT_THAT(all(never, "2026-12-31"), IsEmpty());
  EXPECT_THAT(all(never, "2027-01-01"), ElementsAre(0, 0, 0));
}

TEST(DocumentFacts, SayOfEachKindHowItStandsAndNothingThatIsNotKnown) {
  auto issued = version(2, "2026-01-01", "2026-12-31");
  issued.issuer = "Example Auditors LLP";
  const std::vector<Document> documents{document({version(1, nullptr, "2025-12-31"), issued}),
                                        document({version(1, "2027-01-01", nullptr)}, "pci-aoc")};
  const auto facts = document_facts(documents, day("2026-06-01"));
  EXPECT_EQ(facts.at("document.soc2-type2.state"), "valid");
  EXPECT_EQ(facts.at("document.soc2-type2.title"), "SOC 2 Type II");
  EXPECT_EQ(facts.at("document.soc2-type2.issuer"), "Example Auditors LLP");
  EXPECT_EQ(facts.at("document.soc2-type2.version"), "2");
  EXPECT_EQ(facts.at("document.soc2-type2.valid_from"), "2026-01-01");
  EXPECT_EQ(facts.at("document.soc2-type2.valid_until"), "2026-12-31");
  EXPECT_EQ(facts.at("document.soc2-type2.sha256"), std::string(64, '0'));
  EXPECT_EQ(facts.at("document.pci-aoc.state"), "not-yet");
  EXPECT_FALSE(facts.contains("document.pci-aoc.valid_until"));
  EXPECT_FALSE(facts.contains("document.pci-aoc.issuer"));
  EXPECT_EQ(facts.at("document.hipaa-baa.state"), "missing");
  EXPECT_FALSE(facts.contains("document.hipaa-baa.title"));
  EXPECT_EQ(document_facts(documents, day("2027-06-01")).at("document.soc2-type2.state"), "expired");
}

TEST(DocumentFacts, AreOfTheDocumentThatStandsBest) {
  auto old = document({version(1, nullptr, "2025-12-31")}),
       good = document({version(1, nullptr, "2026-12-31")}),
       longer = document({version(1, nullptr, "2027-12-31")}),
       coming = document({version(1, "2028-01-01", nullptr)});
  good.title = "good";
  longer.title = "longer";
  const auto title = [](const std::vector<Document>& documents) {
    return document_facts(documents, day("2026-06-01")).at("document.soc2-type2.title");
  };
  EXPECT_EQ(title({old, good, coming}), "good");
  EXPECT_EQ(title({longer, good}), "longer");
  EXPECT_EQ(title({coming, old}), "SOC 2 Type II");
  EXPECT_EQ(document_facts(std::vector{coming, old}, day("2026-06-01")).at("document.soc2-type2.state"),
            "expired");
}

TEST(DocumentFacts, TakeTheNdaForNoPolicy) {
  auto nda = document({version(1, nullptr, nullptr)}, "policy");
  nda.is_nda = true;
  EXPECT_EQ(document_facts(std::vector{nda}, day("2026-06-01")).at("document.policy.state"), "missing");
}

TEST(ToJson, TellsAuditorsNothingOfWhoDoesWhat) {
  const auto one = document({withdrawn(version(1, nullptr, nullptr))});
  const auto inside = boost::json::serialize(to_json(one, day("2026-06-01")));
  const auto outside = boost::json::serialize(to_json(one, day("2026-06-01"), Telling::outside));
  for (const auto* told : {"acc-1", "acc-2", "acc-7", "the wrong file", "remind_days"}) {
    EXPECT_THAT(inside, HasSubstr(told));
    EXPECT_THAT(outside, Not(HasSubstr(told)));
  }
  EXPECT_THAT(outside, HasSubstr("\"withdrawn\""));
}

}  // namespace
}  // namespace countersign::documents
