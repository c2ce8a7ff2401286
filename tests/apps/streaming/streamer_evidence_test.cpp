#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/retention/keep.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/merkle.h"
#include "tests/apps/streaming/streamer_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace countersign::apps {
namespace {

using countersign::testing::tamper;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What goes out when records are not what they were, or are no longer there.
class StreamerEvidence : public StreamerTest {
 protected:
  StreamerEvidence() { settings_.from_beginning = true; }

  std::int64_t place(const std::string& tenant, std::uint64_t seq) {
    auto reader = store::LedgerReader::open(region_.files().ledger()).value();
    return store::place_of(reader.log(base::TenantId(tenant)).value().number, seq);
  }
  /// Says another id in a record.
  void alter(const std::string& tenant, std::uint64_t seq, const std::string& from = "evt-",
             const std::string& to = "evx-") {
    tamper(region_, fmt::format("UPDATE records SET record=CAST(replace(CAST(record AS TEXT), '{}', '{}') "
                                "AS BLOB) WHERE place={}",
                                from, to, place(tenant, seq)));
  }
  /// More records behind one that is altered, by a writer that knows it as it was.
  void record_behind(const std::string& tenant, std::uint64_t altered, int count) {
    alter(tenant, altered, "evx-", "evt-");
    record(tenant, count);
    alter(tenant, altered);
  }
  /// Replaces a record by one that does not read, and signs that.
  void sign_unreadable(const std::string& tenant, std::uint64_t seq) {
    auto reader = store::LedgerReader::open(region_.files().ledger()).value();
    const auto head = reader.log(base::TenantId(tenant)).value();
    std::vector<base::Digest> hashes;
    ASSERT_TRUE(reader.read_hashes(head, 0, head.size, hashes));
    hashes.at(seq) = tree::leaf_hash(std::string_view("{}"));
    tree::CompactRange range;
    for (const auto& hash : hashes) range.append(hash);
    const auto note = tree::sign_checkpoint({head.name, head.size, range.root()}, region_.log_key(),
                                            region_.clock_key(), 1'700'000'000);
    tamper(region_,
           fmt::format("UPDATE records SET record=x'7b7d' WHERE place={}; "
                       "UPDATE checkpoints SET note='{}' WHERE place={}",
                       store::place_of(head.number, seq), note, store::place_of(head.number, head.size)));
  }
  /// Retires the records of types `challenge.*`: four of five.
  void retire() {
    retention::RuleBook rules;
    ASSERT_TRUE(
        rules.set(base::TenantId("acme"), {"hipaa",
                                           *retention::parse_span("6 years"),
                                           *retention::parse_span("12 months"),
                                           {{"challenge.*", "custom", *retention::parse_span("90 days")}}}));
    region_.pass(100 * 86'400);
    const privacy::Holds holds(region_.dir() / "holds");
    privacy::Erasures erasures(region_.dir() / "erasures");
    const auto writer = region_.open_writer();
    retention::KeepReport report;
    ASSERT_TRUE(retention::keep_to_rules(*writer,
                                         {region_.files(),
                                          &rules,
                                          &holds,
                                          &erasures,
                                          region_.clock(),
                                          [] { return std::string(32, 'a'); },
                                          {}},
                                         report));
    ASSERT_EQ(report.retired.size(), 1u);
    writer->stop();
  }
};

TEST_F(StreamerEvidence, StopsALogAtARecordThatWasAlteredAndNoOther) {
  record("acme", 300);
  record("globex", 3);
  begin();
  alter("acme", 5);
  const auto streamer = make();
  for (int i = 0; i < 3; ++i) run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 5));
  EXPECT_EQ(seqs("globex"), from_to(0, 3));
  EXPECT_THAT(alarms_, ElementsAre(HasSubstr("record 5 of " + log("acme")))) << "said once";
  EXPECT_EQ(metric("stopped_logs"), 1);
  EXPECT_EQ(metric("lag_records"), 295);
  EXPECT_THAT(book().state("siem").value()->error, HasSubstr("record 5"));
  record("globex", 2);
  run(*streamer);
  EXPECT_EQ(seqs("globex"), from_to(0, 5));
  EXPECT_THAT(book().state("siem").value()->error, HasSubstr("record 5")) << "the others hide it not";

  ASSERT_TRUE(book().rewind("siem", log("acme"), 6));
  run(*streamer);
  EXPECT_EQ(seqs("acme").size(), 299u);
  EXPECT_EQ(metric("stopped_logs"), 0);
}

TEST_F(StreamerEvidence, RemembersThatALogStoppedWhileAnotherFillsTheBatches) {
  settings_.batch_events = 10;
  record("acme", 300);
  record("globex", 200);
  begin();
  alter("acme", 5);
  const auto streamer = make();
  while (metric("stopped_logs") == 0) ASSERT_EQ(streamer->turn(), 0);
  for (int turns = 0; streamer->turn() == 0; ++turns) {
    ASSERT_LT(turns, 100);
    EXPECT_EQ(metric("stopped_logs"), 1) << turns;
  }
  EXPECT_EQ(seqs("globex"), from_to(0, 200));
  EXPECT_THAT(alarms_, ElementsAre(HasSubstr("record 5 of " + log("acme")))) << "said once";
}

TEST_F(StreamerEvidence, SendsNoAlteredRecordFromBehindTheLastFullTileAndSaysSoOnce) {
  record("acme", 260);
  begin();
  alter("acme", 258);
  const auto streamer = make();
  run(*streamer);
  for (const int more : {3, 40, 1}) {
    record_behind("acme", 258, more);
    run(*streamer);
  }
  EXPECT_THAT(seqs("acme"), IsEmpty());
  EXPECT_THAT(alarms_, ElementsAre(HasSubstr(log("acme")))) << "not at each checkpoint";
  EXPECT_EQ(metric("stopped_logs"), 1);
  ASSERT_TRUE(book().rewind("siem", log("acme"), 259));
  run(*streamer);
  EXPECT_THAT(seqs("acme"), IsEmpty()) << "which record it is cannot be known";

  record_behind("acme", 258, 208);
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(259, 512)) << "the tile is full";
  EXPECT_EQ(metric("stopped_logs"), 0);
}

TEST_F(StreamerEvidence, SendsNoRecordThatWasAlteredWhileItWaited) {
  settings_.batch_events = 4;
  record("acme", 10);
  begin();
  const auto streamer = make();
  streamer->turn();
  away_ = true;
  streamer->turn();
  alter("acme", 8);
  away_ = false;
  pass(60);
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 8));
  EXPECT_THAT(alarms_, ElementsAre(HasSubstr("record 8")));
}

TEST_F(StreamerEvidence, HoldsALogThatIsMissingARecordAndGoesOnWithTheOthers) {
  record("acme", 300);
  record("globex", 3);
  begin();
  tamper(region_, fmt::format("DELETE FROM records WHERE place={}", place("acme", 5)));
  run(*make());
  EXPECT_EQ(seqs("acme"), from_to(0, 5));
  EXPECT_EQ(seqs("globex"), from_to(0, 3));
  EXPECT_EQ(metric("stopped_logs"), 1);
}

TEST_F(StreamerEvidence, FollowsALogAcrossTiles) {
  record("acme", 200);
  begin();
  const auto streamer = make();
  for (const int more : {56, 1, 400, 255, 3}) {
    run(*streamer);
    record("acme", more);
  }
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 915));
  EXPECT_THAT(alarms_, IsEmpty());
  run(*make());
  EXPECT_EQ(got_.size(), 915u);
}

TEST_F(StreamerEvidence, PassesOverAndTellsARecordThatDoesNotRead) {
  record("acme", 5);
  begin();
  sign_unreadable("acme", 3);
  run(*make());
  EXPECT_EQ(seqs("acme"), (std::vector<std::uint64_t>{0, 1, 2, 4}));
  ASSERT_EQ(book().parked_count("siem").value(), 1);
  EXPECT_EQ(book().parked("siem").value().front().seq, 3u);
  EXPECT_THAT(alarms_, IsEmpty());
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_.front().at("type").as_string(), "stream.refused");
  EXPECT_EQ(events_.front().at("action").at("context").as_string(),
            "log=" + log("acme") + " seq=3 type=unreadable");
}

TEST_F(StreamerEvidence, GoesOnWhereWhatWasOrderedDoesNotRead) {
  settings_.batch_events = 2;
  record("acme", 5);
  record("globex", 9);
  begin();
  sign_unreadable("acme", 3);
  StreamStep step;
  step.parked = {{log("acme"), 3, "why", {1}, true}};
  ASSERT_TRUE(book().advance("siem", step));
  run(*make());
  EXPECT_EQ(seqs("globex"), from_to(0, 9)) << "at once";
  const auto parked = book().parked("siem").value();
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_FALSE(parked.front().again);
  EXPECT_NE(parked.front().why, "why");
  EXPECT_EQ(metric("faults_total"), 0);
}

TEST_F(StreamerEvidence, PassesOverWhatWasRetiredAndCountsIt) {
  settings_.batch_events = 3;
  record("acme", 40);
  begin();
  retire();
  const auto streamer = make();
  run(*streamer);
  EXPECT_EQ(seqs("acme").size(), 8u);
  EXPECT_EQ(metric("retired_total"), 32);
  EXPECT_EQ(metric("lag_records"), 0);
  EXPECT_THAT(alarms_, IsEmpty());
}

TEST_F(StreamerEvidence, SaysSinceWhenItIsBehindWhereTheFirstRecordWasRetired) {
  record("acme", 40);
  begin();
  retire();
  away_ = true;
  now_ = region_.clock()();
  const auto streamer = make();
  run(*streamer);
  EXPECT_EQ(metric("lag_records"), 40);
  EXPECT_GE(metric("lag_seconds"), 100 * 86'400);
}

TEST_F(StreamerEvidence, RecordsThatWhatWasOrderedIsNoLongerKept) {
  says_which_ = true;
  record("acme", 40);
  begin();
  for (std::uint64_t seq = 0; seq < 40; ++seq) refused_.insert({log("acme"), seq});
  refused_.erase({log("acme"), 39});
  run(*make());
  ASSERT_EQ(book().parked_count("siem").value(), 39);
  retire();
  refused_.clear();
  events_.clear();
  order_all();
  run(*make());
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  std::size_t dropped = 0;
  for (const auto& event : events_) dropped += event.at("type").as_string() == "stream.dropped" ? 1 : 0;
  EXPECT_EQ(dropped, 32u);
  EXPECT_EQ(events_.front().at("outcome").at("reason").as_string(), "the record is no longer kept");
}

}  // namespace
}  // namespace countersign::apps
