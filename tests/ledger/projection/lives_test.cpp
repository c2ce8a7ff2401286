#include "ledger/base/json.h"
#include "ledger/projection/coverage.h"
#include "ledger/projection/index.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace countersign::projection {
namespace {

using testing::TestRegion;

class Joined : public ::testing::Test {
 protected:
  /// An event of a source: its type, the minute in which it happened, and the members behind.
  void say(const std::string& source, const std::string& type, int minute, const std::string& more,
           record::Proof proof = record::Proof::token) {
    const auto text =
        fmt::format(R"({{"id":"{}","time":"2026-01-01T{:02}:{:02}:00Z","type":"{}","tenant":"acme"{}}})",
                    ++count_, minute / 60, minute % 60, type, more);
    const auto parsed = base::parse_json(text, {});
    ASSERT_TRUE(parsed) << text;
    auto prepared = record::prepare_event(parsed->value.as_object(), {base::SourceName(source), proof});
    ASSERT_TRUE(prepared) << prepared.error().front().path << prepared.error().front().reason;
    std::vector<record::PreparedEvent> batch;
    batch.push_back(std::move(*prepared));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
  }
  static std::string challenge(const std::string& id, const std::string& provider_id = "") {
    return provider_id.empty()
               ? fmt::format(R"(,"challenge":{{"id":"{}"}})", id)
               : fmt::format(R"(,"challenge":{{"id":"{}","provider_id":"{}"}})", id, provider_id);
  }
  static std::string sequence(int n) { return fmt::format(R"(,"delivery":{{"sequence":{}}})", n); }

  void bring_level(std::uint64_t at_once = 1000) {
    auto index = Index::open(region_.files().index());
    ASSERT_TRUE(index) << index.error().message;
    auto reader = store::LedgerReader::open(region_.files().ledger());
    for (;;) {
      const auto taken = index->advance(*reader, at_once);
      ASSERT_TRUE(taken) << taken.error().message;
      if (*taken == 0) return;
    }
  }
  /// Rows of a query, columns parted by '|'.
  std::vector<std::string> rows(const std::string& sql, int columns) {
    auto connection = sqlite::Connection::open(region_.files().index(), {}).value();
    auto statement = connection.prepare(sql);
    EXPECT_TRUE(statement) << statement.error().message;
    std::vector<std::string> out;
    while (statement->step().value()) {
      std::string row;
      for (int i = 0; i < columns; ++i)
        row += (i == 0 ? "" : "|") + std::string(statement->is_null(i) ? "-" : statement->text(i));
      out.push_back(row);
    }
    return out;
  }
  std::vector<std::string> lives() {
    return rows(
        "SELECT sources, events, sent, delivered, failed, verified, state FROM challenge_lives ORDER BY life",
        7);
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  int count_ = 0;
};

using Life = std::vector<std::string>;

TEST_F(Joined, AChallengeIsOneLifeWhateverSourcesTellOfIt) {
  say("app", "challenge.sent", 0, challenge("c-1", "VE1"));
  say("twilio", "challenge.sent", 0, challenge("VE1"));
  say("twilio", "challenge.delivered", 1, challenge("VE1"));
  say("app", "challenge.failed", 2, challenge("c-1"));
  say("twilio", "challenge.verified", 3, challenge("VE1"));
  say("app", "challenge.verified", 3, challenge("c-1"));
  say("app", "challenge.sent", 3, challenge("c-2"));
  say("app", "login.failed", 3, "");
  bring_level();
  EXPECT_EQ(lives(), (Life{"2|6|1|1|1|1|verified", "1|1|1|0|0|0|sent"}))
      << "two sources that report one send make no two sends";
}

TEST_F(Joined, LivesThatTurnOutToBeOneAreUnited) {
  say("twilio", "challenge.sent", 0, challenge("VE1"));
  say("twilio", "challenge.delivered", 1, challenge("VE1"));
  say("app", "challenge.verified", 2, challenge("c-1"));
  bring_level();
  EXPECT_EQ(lives().size(), 2u);
  say("app", "challenge.sent", 0, challenge("c-1", "VE1"));
  bring_level();
  EXPECT_EQ(lives(), (Life{"2|4|1|1|0|1|verified"}));
  say("twilio", "challenge.verified", 2, challenge("VE1"));
  bring_level();
  EXPECT_EQ(lives(), (Life{"2|5|1|1|0|1|verified"})) << "both names lead to the one life";
}

TEST_F(Joined, AnIdThatIsUsedAgainADayLaterIsAnotherLife) {
  const auto on_day = [&](int day, const std::string& type) {
    const auto text = fmt::format(
        R"({{"id":"d{}{}","time":"2026-01-{:02}T00:00:00Z","type":"{}","tenant":"acme","challenge":{{"id":"1017"}}}})",
        day, type, day, type);
    auto prepared = record::prepare_event(base::parse_json(text, {})->value.as_object(),
                                          {base::SourceName("app"), record::Proof::token});
    std::vector<record::PreparedEvent> batch;
    batch.push_back(std::move(*prepared));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
  };
  on_day(1, "challenge.sent");
  on_day(2, "challenge.expired");
  on_day(4, "challenge.sent");
  bring_level();
  EXPECT_EQ(lives(), (Life{"1|2|1|0|0|0|expired", "1|1|1|0|0|0|sent"}));
}

TEST_F(Joined, RebuiltInOtherStepsItIsTheSame) {
  for (int i = 0; i < 60; ++i)
    say(i % 2 ? "app" : "twilio", i % 3 ? "challenge.sent" : "challenge.verified", i,
        i % 2 ? challenge("c-" + std::to_string(i % 7), "VE" + std::to_string(i % 7))
              : challenge("VE" + std::to_string(i % 7)) + "");
  bring_level(7);
  const auto all = "SELECT life, place FROM events ORDER BY place";
  const auto once = rows(all, 2);
  ASSERT_TRUE(remove_index(region_.files().index()));
  bring_level();
  EXPECT_EQ(rows(all, 2), once);
  EXPECT_EQ(lives().size(), 7u);
}

TEST_F(Joined, GapsInASourcesOwnCountAreKnownUntilTheyAreFilled) {
  for (const int n : {1, 2, 3, 7, 9, 8, 12}) say("app", "source.heartbeat", n, sequence(n));
  say("other", "source.heartbeat", 1, sequence(100));
  bring_level();
  const auto gaps = "SELECT source, low, high FROM sequence_gaps ORDER BY low";
  EXPECT_EQ(rows(gaps, 3), (Life{"app|4|6", "app|10|11"}));
  say("app", "source.heartbeat", 20, sequence(5));
  say("app", "source.heartbeat", 20, sequence(5));
  bring_level();
  EXPECT_EQ(rows(gaps, 3), (Life{"app|4|4", "app|6|6", "app|10|11"}));
  for (const int n : {4, 6, 10, 11}) say("app", "source.heartbeat", 21, sequence(n));
  bring_level();
  EXPECT_EQ(rows(gaps, 3), Life{});
  EXPECT_EQ(rows("SELECT low, high FROM sequences WHERE source='app'", 2), (Life{"1|12"}));
}

TEST_F(Joined, CoverageCountsTheMinutesAfterASourceWasHeard) {
  say("app", "source.heartbeat", 0, "");
  say("app", "login.failed", 0, "", record::Proof::backfill);
  say("countersign", "source.heartbeat", 0, "", record::Proof::none);
  bring_level();
  const auto heard_at = rows("SELECT minute FROM heard", 1);
  ASSERT_EQ(heard_at.size(), 1u);
  const std::int64_t minute_us = std::stoll(heard_at[0]) * 60'000'000;
  auto reader = CoverageReader::open(region_.files().index());
  ASSERT_TRUE(reader);
  CoverageRequest request{0, "app", {minute_us - 600'000'000}, {minute_us + 3'600'000'000}, 900};
  auto coverage = reader->read(request);
  ASSERT_TRUE(coverage);
  EXPECT_EQ(coverage->minutes, 70);
  EXPECT_EQ(coverage->minutes_covered, 15);
  EXPECT_EQ(coverage->events, 1) << "imported history was not heard";
  EXPECT_EQ(coverage->last_heard->micros, minute_us);
  request.from = {minute_us + 300'000'000};
  coverage = reader->read(request);
  EXPECT_EQ(coverage->minutes_covered, 10) << "what was heard before the period reaches into it";
  EXPECT_EQ(coverage->events, 0);
  EXPECT_EQ(reader->last_heard("app").value()->micros, minute_us);
  EXPECT_FALSE(reader->last_heard("nobody").value());
}

TEST_F(Joined, CoverageReadsNoMoreThanItNeeds) {
  say("app", "source.heartbeat", 0, sequence(1));
  bring_level();
  auto index =
      sqlite::Connection::open(region_.files().index(), {.access = sqlite::Access::read_write}).value();
  // Half a million minutes before the period, of which the newest says all, and 10,500 gaps.
  ASSERT_TRUE(
      index.execute("INSERT INTO heard WITH RECURSIVE n(i) AS (VALUES(1000) UNION ALL SELECT i+1 FROM n "
                    "WHERE i<501000) SELECT 0,'often',i,1,0,0 FROM n;"
                    "INSERT INTO sequences WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i+1 FROM n "
                    "WHERE i<10500) SELECT 0,'often',3*i,3*i FROM n"));
  auto reader = CoverageReader::open(region_.files().index());
  ASSERT_TRUE(reader);
  constexpr std::int64_t kMinute_us = 60'000'000;
  const CoverageRequest request{0, "often", {501'100 * kMinute_us}, {601'100 * kMinute_us}, 366ll * 86'400};
  auto quickest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    const auto coverage = reader->read(request);
    quickest = std::min(quickest, std::chrono::steady_clock::now() - begun);
    ASSERT_TRUE(coverage) << coverage.error().message;
    EXPECT_EQ(coverage->minutes_covered, 100'000) << "heard until just before, and good for a year";
    EXPECT_EQ(coverage->events, 0);
    EXPECT_EQ(coverage->gaps_total, Coverage::kGapsReadMost);
    EXPECT_TRUE(coverage->gaps_more);
    EXPECT_EQ(coverage->missing, 2 * Coverage::kGapsReadMost);
    EXPECT_EQ(coverage->gaps.size(), 100u);
  }
  EXPECT_LT(quickest, std::chrono::milliseconds(30)) << "all of them take several times as long";
}

TEST_F(Joined, CoverageTellsTheClocksSkewAndWhatIsMissing) {
  // The region's clock begins at 2026-01-01T00:00:00Z and goes a millisecond each time it is asked.
  say("app", "source.heartbeat", 0, sequence(1));
  say("app", "source.heartbeat", 5, sequence(3));
  say("app", "source.heartbeat", 0, sequence(9));
  bring_level();
  auto reader = CoverageReader::open(region_.files().index());
  ASSERT_TRUE(reader);
  const base::Timestamp begin{1'767'225'600'000'000};
  const auto coverage = reader->read({0, "app", begin, {begin.micros + 600'000'000}, 60});
  ASSERT_TRUE(coverage) << coverage.error().message;
  ASSERT_TRUE(coverage->skew_min_ms && coverage->skew_max_ms);
  EXPECT_GE(*coverage->skew_min_ms, -300'000) << "five minutes ahead";
  EXPECT_LT(*coverage->skew_min_ms, -299'000);
  EXPECT_GT(*coverage->skew_max_ms, 0);
  EXPECT_LT(*coverage->skew_max_ms, 1'000);
  EXPECT_EQ(coverage->gaps_total, 2);
  EXPECT_FALSE(coverage->gaps_more);
  EXPECT_EQ(coverage->missing, 1 + 5);
  ASSERT_EQ(coverage->gaps.size(), 2u);
  EXPECT_EQ(coverage->gaps[0].low, 2);
  EXPECT_EQ(coverage->gaps[0].high, 2);
  EXPECT_EQ(coverage->gaps[1].low, 4);
  EXPECT_EQ(coverage->gaps[1].high, 8);
}

}  // namespace
}  // namespace countersign::projection
