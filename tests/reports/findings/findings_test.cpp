#include "reports/findings/findings.h"

#include "ledger/projection/index.h"
#include "ledger/record/prepare.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/recorded.h"
#include "ledger/vault/vault_reader.h"
#include "reports/findings/document.h"
#include "reports/findings/finding_events.h"
#include "reports/findings/persons.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::findings {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string id_of(int number) { return fmt::format("{:016x}", number); }

/// A region whose system log tells of findings.
class Findings : public ::testing::Test {
 protected:
  Findings() : writer_(region_.open_writer()) {}

  void tell(std::vector<boost::json::object> events) {
    std::vector<record::PreparedEvent> batch;
    const record::Sender sender{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
    for (const auto& event : events) {
      auto prepared = record::prepare_event(event, sender, record::Vocabulary::system);
      ASSERT_TRUE(prepared) << prepared.error().front().path << prepared.error().front().reason;
      batch.push_back(std::move(*prepared));
    }
    ASSERT_TRUE(testing::TestRegion::append(*writer_, std::move(batch)));
  }
  void open(int number, std::string tenant = "acme", std::string control = "OTP-LIFETIME") {
    tell({opened_event(tenant, id_of(number), {control, 2, std::to_string(number), {7, 8}}, "late by 9 s",
                       now())});
  }
  void say(int number, Step step, std::string text = "so", std::string role = "operator") {
    auto reader = FindingReader::open(region_.files());
    ASSERT_TRUE(reader) << reader.error().message;
    const auto known = reader->find(base::TenantId("acme"), id_of(number));
    ASSERT_TRUE(known && *known);
    const Saying saying{step, "acme", id_of(number), std::move(text), {}, {}};
    const auto events =
        events_of(saying, &**known, {{"actor", {{"id", "bob"}, {"role", role}}}}, now(), region_.entropy());
    ASSERT_TRUE(events) << events.error().message;
    tell(*events);
  }
  void index() {
    auto made = projection::Index::open(region_.files().index());
    auto ledger = store::LedgerReader::open(region_.files().ledger());
    ASSERT_TRUE(made && ledger);
    ASSERT_TRUE(made->advance(*ledger, UINT64_MAX / 4));
  }
  base::Timestamp now() { return region_.clock()(); }

  Page list(Wanted wanted = {}) {
    if (wanted.tenant.value().empty()) wanted.tenant = base::TenantId("acme");
    auto reader = FindingReader::open(region_.files());
    if (!reader) return ADD_FAILURE() << reader.error().message, Page();
    auto page = reader->list(wanted);
    if (!page) return ADD_FAILURE() << page.error().message, Page();
    return std::move(*page);
  }
  std::vector<std::string> ids(const Wanted& wanted = {}) {
    std::vector<std::string> out;
    for (const auto& one : list(wanted).findings) out.push_back(one.id);
    return out;
  }
  std::optional<Finding> find(int number, const std::string& tenant = "acme", const Received& received = {}) {
    auto reader = FindingReader::open(region_.files());
    if (!reader) return ADD_FAILURE() << reader.error().message, std::nullopt;
    auto found = reader->find(base::TenantId(tenant), id_of(number), received);
    if (!found) return ADD_FAILURE() << found.error().message, std::nullopt;
    return *found;
  }

  testing::TestRegion region_;
  std::unique_ptr<store::Writer> writer_;
};

Wanted wanted(std::optional<State> state, std::string control = {}) {
  Wanted out;
  out.state = state;
  out.control = std::move(control);
  return out;
}

TEST_F(Findings, AreListedWithTheirLivesWhetherIndexedOrNot) {
  index();
  for (const bool indexed : {false, true}) {
    if (!indexed) {
      open(1);
      open(2, "acme", "OTP-FLOODING");
      open(3, "acme-eu");
      open(4);
      say(1, Step::acknowledge, "calling the provider");
      say(2, Step::resolve, "false alarm");
      say(4, Step::answer, "The test account is closed.");
    } else {
      index();
    }
    EXPECT_THAT(ids(), ElementsAre(id_of(4), id_of(2), id_of(1))) << indexed;
    EXPECT_THAT(ids(wanted(State::opened)), ElementsAre(id_of(4)));
    EXPECT_THAT(ids(wanted(State::acknowledged)), ElementsAre(id_of(1)));
    EXPECT_THAT(ids(wanted(State::resolved)), ElementsAre(id_of(2)));
    EXPECT_THAT(ids(wanted({}, "OTP-FLOODING")), ElementsAre(id_of(2)));
    EXPECT_THAT(ids(wanted(State::opened, "OTP-FLOODING")), IsEmpty());
    const auto one = find(1);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->state, State::acknowledged);
    EXPECT_EQ(one->control, "OTP-LIFETIME");
    EXPECT_EQ(one->version, 2);
    EXPECT_EQ(one->item, "1");
    EXPECT_THAT(one->records, ElementsAre(7, 8));
    EXPECT_EQ(one->observed, "late by 9 s");
    EXPECT_EQ(one->acknowledged->text, "calling the provider");
    EXPECT_EQ(one->acknowledged->by.role, "operator");
    EXPECT_EQ(one->acknowledged->by.token.size(), 43u);
    const auto two = find(2);
    ASSERT_TRUE(two);
    EXPECT_EQ(two->resolved->text, "false alarm");
    EXPECT_EQ(two->acknowledged->by.token, two->resolved->by.token) << "who resolves it has acknowledged it";
    EXPECT_EQ(find(4)->answers.back().text, "The test account is closed.");
    EXPECT_FALSE(find(3)) << "of another tenant";
    EXPECT_TRUE(find(3, "acme-eu"));
    EXPECT_FALSE(find(9));
  }
}

TEST_F(Findings, ArePagedByTheirFirstRecords) {
  for (int i = 1; i <= 5; ++i) open(i);
  index();
  for (int i = 6; i <= 7; ++i) open(i);
  say(1, Step::acknowledge);
  Wanted asked;
  asked.most = 3;
  std::vector<std::vector<std::string>> pages;
  do {
    const auto page = list(asked);
    pages.emplace_back();
    for (const auto& one : page.findings) pages.back().push_back(one.id);
    asked.earlier = page.next;
    // What is opened meanwhile moves nothing.
    open(10 + static_cast<int>(pages.size()));
  } while (asked.earlier);
  EXPECT_THAT(pages, ElementsAre(ElementsAre(id_of(7), id_of(6), id_of(5)),
                                 ElementsAre(id_of(4), id_of(3), id_of(2)), ElementsAre(id_of(1))));
}

TEST_F(Findings, ShowNothingThatWasReceivedOutsideOfThePeriod) {
  index();
  open(1);
  region_.pass(1'000);
  const auto middle = now();
  say(1, Step::acknowledge);
  open(2);
  const Received before{base::Timestamp{INT64_MIN}, middle}, after{middle, base::Timestamp{INT64_MAX}};
  Wanted early;
  early.received = before;
  auto acknowledged = early;
  acknowledged.state = State::acknowledged;
  for (const bool indexed : {false, true}) {
    if (indexed) index();
    ASSERT_TRUE(find(1, "acme", before)) << indexed;
    EXPECT_EQ(find(1, "acme", before)->state, State::opened);
    EXPECT_FALSE(find(2, "acme", before));
    ASSERT_TRUE(find(1, "acme", after));
    EXPECT_FALSE(find(1, "acme", after)->opened);
    EXPECT_THAT(ids(early), ElementsAre(id_of(1)));
    EXPECT_THAT(ids(acknowledged), IsEmpty());
  }
}

TEST_F(Findings, CountTheFirstAcknowledgementAndAreOpenedOnce) {
  index();
  open(1);
  const auto known = find(1);
  ASSERT_TRUE(known);
  const auto acknowledge = [&](std::string note) {
    return events_of({Step::acknowledge, "acme", id_of(1), std::move(note), {}, {}}, &*known, {}, now(),
                     region_.entropy());
  };
  const auto events = acknowledge("first"), second = acknowledge("second");
  ASSERT_TRUE(events && second);
  tell(*events);
  tell(*second);
  say(1, Step::resolve);
  open(1);
  const auto found = find(1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->acknowledged->text, "first");
  EXPECT_EQ(found->state, State::resolved) << "the same finding, found again";
  EXPECT_EQ(found->opened->seq, 0u);
  EXPECT_EQ(found->resolved->seq, 2u) << "what was said again is in no record";
}

TEST_F(Findings, NameOperatorsAndAccountsAndNobodyWhoRanACommand) {
  index();
  open(1);
  say(1, Step::acknowledge, "", "analyst");
  say(1, Step::answer, "one", "account");
  say(1, Step::resolve);
  auto found = find(1);
  ASSERT_TRUE(found);
  auto vault = vault::VaultReader::open(region_.files().vault(), region_.keys());
  ASSERT_TRUE(vault);
  ASSERT_TRUE(name_persons({&*found, 1}, *vault));
  EXPECT_EQ(found->acknowledged->by.id, "bob");
  EXPECT_EQ(found->resolved->by.id, "bob");
  EXPECT_EQ(found->answers.front().by.id, "");
  const auto document = to_document(*found, "acme");
  EXPECT_EQ(document.at("acknowledged").at("by").at("id").as_string(), "bob");
  EXPECT_FALSE(document.at("answers").at(0).at("by").as_object().contains("id"));
  EXPECT_FALSE(document.at("acknowledged").as_object().contains("note"));
}

TEST_F(Findings, WaitForAnIndexThatIsNotThereOrFarBehind) {
  open(1);
  auto reader = FindingReader::open(region_.files());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, base::Code::unavailable);
  index();
  EXPECT_TRUE(FindingReader::open(region_.files()));
  std::vector<boost::json::object> many;
  for (std::uint64_t i = 0; i <= FindingReader::kBehindMax; ++i)
    many.push_back({{"id", fmt::format("e{}", i)},
                    {"time", base::format_rfc3339(now())},
                    {"type", "ledger.started"},
                    {"tenant", std::string(base::kSystemTenant)}});
  for (std::size_t from = 0; from < many.size(); from += 500)
    tell({many.begin() + static_cast<std::ptrdiff_t>(from),
          many.begin() + static_cast<std::ptrdiff_t>(std::min(from + 500, many.size()))});
  reader = FindingReader::open(region_.files());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, base::Code::unavailable);
}

}  // namespace
}  // namespace countersign::findings
