#include "tests/apps/streaming/streamer_fixture.h"

#include <gmock/gmock.h>

namespace countersign::apps {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StreamerFaults : public StreamerTest {
 protected:
  /// What is parked, as so many records of a log that are far behind.
  void park(std::int64_t count) {
    StreamStep step;
    for (std::int64_t i = 0; i < count; ++i)
      step.parked.push_back({log("acme"), static_cast<std::uint64_t>(1'000'000 + i), "why", {1}, false});
    ASSERT_TRUE(book().advance("siem", step));
  }
};

TEST_F(StreamerFaults, SaysHowMuchWaitsAndSinceWhenWhileItGoesOn) {
  settings_.from_beginning = true;
  settings_.batch_events = 1;
  record("acme", 5);
  region_.pass(1'000);
  record("globex", 1);
  begin();
  const auto streamer = make();
  streamer->turn();
  pass(2);
  streamer->turn();
  ASSERT_EQ(got_.size(), 2u);
  EXPECT_EQ(metric("lag_records"), 4);
  auto reader = store::LedgerReader::open(region_.files().ledger()).value();
  const auto acme = reader.log(base::TenantId("acme")).value();
  const auto seq = book().cursors("siem").value()[acme.name.text].next;
  ASSERT_LT(seq, 5u);
  const auto bytes = reader.record(acme, base::seq_at(seq)).value();
  const auto received = record::read_record(bytes).value().received;
  EXPECT_EQ(metric("lag_seconds"), (now_.micros - received.micros) / 1'000'000)
      << "of the oldest, in whichever log it is";
}

TEST_F(StreamerFaults, CountsWhatComesWhileItWaits) {
  settings_.from_beginning = true;
  record("acme", 4);
  begin();
  const auto streamer = make();
  away_ = true;
  asked_s_ = 3'000;
  run(*streamer);
  EXPECT_EQ(metric("lag_records"), 4);
  const auto before = metric("lag_seconds");
  record("acme", 6);
  pass(100);
  run(*streamer);
  EXPECT_EQ(batches_.size(), 1u);
  EXPECT_EQ(metric("lag_records"), 10);
  EXPECT_EQ(metric("lag_seconds"), before + 100);
}

TEST_F(StreamerFaults, CountsThatARegionCannotBeRead) {
  broken_ = true;
  begin();
  const auto streamer = make();
  run(*streamer);
  EXPECT_EQ(metric("faults_total"), 1);
  pass(11);
  run(*streamer);
  EXPECT_EQ(metric("faults_total"), 2);
}

TEST_F(StreamerFaults, SendsNothingMoreWhereTenThousandAreParkedButWhatIsOrdered) {
  settings_.from_beginning = true;
  says_which_ = true;
  record("acme", 3);
  begin();
  park(9'999);
  refused_ = {{log("acme"), 0}};
  const auto streamer = make();
  settings_.batch_events = 1;
  run(*streamer);
  ASSERT_EQ(book().parked_count("siem").value(), 10'000);
  record("acme", 3);
  batches_.clear();
  for (int i = 0; i < 3; ++i) {
    run(*streamer);
    pass(60);
  }
  EXPECT_THAT(batches_, IsEmpty()) << "not even once";
  EXPECT_EQ(metric("parked"), 10'000);
  ASSERT_FALSE(said_.empty());
  EXPECT_THAT(said_.back(), HasSubstr("10000 events were refused"));
  EXPECT_THAT(book().state("siem").value()->error, HasSubstr("stream retry siem"));

  refused_.clear();
  const std::vector<ParkedRecord> one{{log("acme"), 0, {}, {}, false}};
  ASSERT_TRUE(book().order_again("siem", one));
  run(*streamer);
  EXPECT_EQ(seqs("acme"), (std::vector<std::uint64_t>{1, 2, 0, 3, 4, 5}));
}

TEST_F(StreamerFaults, SendsNothingAgainBecauseItCouldNotBeWrittenDown) {
  settings_.from_beginning = true;
  says_which_ = true;
  record("acme", 10);
  begin();
  refused_ = {{log("acme"), 5}};
  record_fails_ = true;
  const auto streamer = make();
  for (int i = 0; i < 4; ++i) {
    run(*streamer);
    pass(11);
  }
  EXPECT_EQ(batches_.size(), 1u);
  EXPECT_EQ(metric("faults_total"), 4);
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  record_fails_ = false;
  run(*streamer);
  EXPECT_EQ(batches_.size(), 1u);
  EXPECT_EQ(got_.size(), 9u);
  EXPECT_EQ(book().parked_count("siem").value(), 1);
  EXPECT_EQ(book().cursors("siem").value()[log("acme")].next, 10u);
  EXPECT_EQ(metric("sent_total"), 9);
}

TEST_F(StreamerFaults, SendsNothingBeforeItIsRecordedThatItBegan) {
  settings_.from_beginning = true;
  record("acme", 3);
  begin();
  recorded_ = false;
  const auto streamer = make();
  run_for(*streamer, 5);
  EXPECT_THAT(batches_, IsEmpty());
  EXPECT_EQ(metric("lag_records"), 3);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("system log")));
  recorded_ = true;
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 3));
}

TEST_F(StreamerFaults, HoldsNothingThatWasTakenAfterItWasRewound) {
  settings_.from_beginning = true;
  says_which_ = true;
  record("acme", 10);
  begin();
  refused_ = {{log("acme"), 4}, {log("acme"), 7}};
  const auto streamer = make();
  run(*streamer);
  ASSERT_EQ(book().parked_count("siem").value(), 2);
  refused_ = {{log("acme"), 7}};
  ASSERT_TRUE(book().rewind("siem", log("acme"), 2));
  run(*streamer);
  const auto parked = book().parked("siem").value();
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_EQ(parked.front().seq, 7u);
}

TEST_F(StreamerFaults, RecordsWhatWasOrderedAndTheSettingsNoLongerTake) {
  settings_.from_beginning = true;
  says_which_ = true;
  record("acme", 10);
  begin();
  refused_ = {{log("acme"), 4}};
  run(*make());
  settings_.types = {"finding.*"};
  order_all();
  events_.clear();
  run(*make());
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_.front().at("type").as_string(), "stream.dropped");
  EXPECT_EQ(events_.front().at("action").at("context").as_string(), "log=" + log("acme") + " seq=4");
}

}  // namespace
}  // namespace countersign::apps
