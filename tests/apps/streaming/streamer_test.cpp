#include "ledger/base/json.h"
#include "tests/apps/streaming/streamer_fixture.h"

#include <gmock/gmock.h>

namespace countersign::apps {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(StreamerTest, SendsEveryRecordOfEveryLogOnceAndInOrder) {
  settings_.from_beginning = true;
  settings_.batch_events = 7;
  record("acme", 30);
  record("globex", 10);
  begin();
  const auto streamer = make();
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 30));
  EXPECT_EQ(seqs("globex"), from_to(0, 10));
  EXPECT_LE(*std::ranges::max_element(batches_), 7u);
  std::set<std::string> ids;
  for (const auto& item : got_) EXPECT_TRUE(ids.insert(item.id).second);
  EXPECT_EQ(metric("lag_records"), 0);
  EXPECT_EQ(metric("lag_seconds"), 0);
  EXPECT_EQ(metric("last_success"), now_.micros / 1'000'000);
  EXPECT_EQ(metric("sent_total"), 40);
}

TEST_F(StreamerTest, BeginsWithWhatIsRecordedFromThenOn) {
  record("acme", 5);
  begin();
  const auto streamer = make();
  record("acme", 3);
  record("globex", 2);
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(5, 8));
  EXPECT_EQ(seqs("globex"), from_to(0, 2)) << "a log that is new since is sent from its beginning";
}

TEST_F(StreamerTest, SendsNothingThatNoCheckpointCovers) {
  settings_.from_beginning = true;
  auto options = region_.options();
  options.limits.checkpoint_interval_ms = 3'600'000;
  begin();
  const auto streamer = make();
  {
    auto writer = store::Writer::open(std::move(options)).value();
    add(*writer, "acme", 3);
    run(*streamer);
    const auto covered = got_.size();
    EXPECT_LT(covered, 3u);
    EXPECT_EQ(metric("lag_records"), static_cast<std::int64_t>(3 - covered));
    writer->stop();
  }
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 3));
}

TEST_F(StreamerTest, LosesNothingWhileTheDestinationIsAwayAndWaitsLongerEachTime) {
  settings_.from_beginning = true;
  record("acme", 4);
  begin();
  const auto streamer = make();
  away_ = true;
  std::vector<std::size_t> attempts;
  for (const std::int64_t wait : {0, 2, 3, 5, 9, 17}) {
    pass(wait);
    run(*streamer);
    attempts.push_back(batches_.size());
    run(*streamer);
    EXPECT_EQ(batches_.size(), attempts.back()) << "too soon";
  }
  EXPECT_THAT(attempts, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(metric("failed_total"), 6);
  EXPECT_EQ(metric("lag_records"), 4);
  EXPECT_GT(metric("lag_seconds"), 0);
  EXPECT_THAT(said_, ElementsAre("it is away")) << "said once";
  EXPECT_EQ(book().state("siem").value()->error, "it is away");
  away_ = false;
  pass(3'600);
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 4));
  EXPECT_EQ(book().state("siem").value()->error, "");
  EXPECT_EQ(said_.back(), "goes on");
}

TEST_F(StreamerTest, GivesTheDestinationTheTimeThatItAsksFor) {
  settings_.from_beginning = true;
  record("acme", 1);
  begin();
  const auto streamer = make();
  away_ = true;
  asked_s_ = 600;
  run(*streamer);
  away_ = false;
  pass(599);
  run(*streamer);
  EXPECT_THAT(got_, IsEmpty());
  pass(2);
  run(*streamer);
  EXPECT_EQ(got_.size(), 1u);
}

TEST_F(StreamerTest, SendsAgainWhatItDidNotWriteDownAsTakenUnderTheSameIds) {
  settings_.from_beginning = true;
  record("acme", 4);
  begin();
  run(*make());
  ASSERT_EQ(got_.size(), 4u);
  // As if the process had ended between the answer and the note of it.
  ASSERT_TRUE(book().rewind("siem", log("acme"), 2));
  run(*make());
  EXPECT_EQ(seqs("acme"), (std::vector<std::uint64_t>{0, 1, 2, 3, 2, 3}));
  EXPECT_EQ(got_[2].id, got_[4].id);
  EXPECT_EQ(got_[2].text, got_[4].text);
}

TEST_F(StreamerTest, FindsTheOneEventOfABatchThatIsRefusedAndGoesOnWithoutIt) {
  settings_.from_beginning = true;
  record("acme", 40);
  begin();
  refused_ = {{log("acme"), 23}};
  const auto streamer = make();
  run(*streamer);
  auto expected = from_to(0, 40);
  expected.erase(expected.begin() + 23);
  EXPECT_EQ(seqs("acme"), expected);
  ASSERT_EQ(book().parked("siem").value().size(), 1u);
  EXPECT_EQ(book().parked("siem").value().front().seq, 23u);
  EXPECT_EQ(metric("refused_total"), 1);
  EXPECT_EQ(metric("parked"), 1);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_.front().at("type").as_string(), "stream.refused");
  EXPECT_EQ(events_.front().at("action").at("resource").as_string(), "siem");

  refused_.clear();
  run(*streamer);
  EXPECT_EQ(got_.size(), 39u) << "nobody has ordered it";
  order_all();
  run(*streamer);
  ASSERT_EQ(got_.size(), 40u);
  EXPECT_EQ(got_.back().seq, 23u);
  EXPECT_EQ(book().parked_count("siem").value(), 0);
}

TEST_F(StreamerTest, ParksWhatTheDestinationNames) {
  settings_.from_beginning = true;
  says_which_ = true;
  record("acme", 10);
  begin();
  refused_ = {{log("acme"), 0}, {log("acme"), 9}};
  run(*make());
  EXPECT_EQ(seqs("acme"), from_to(1, 9));
  EXPECT_EQ(batches_.size(), 1u);
  EXPECT_EQ(book().parked_count("siem").value(), 2);
}

TEST_F(StreamerTest, DoesNotParkAWholeLogWhereTheDestinationTakesNothing) {
  settings_.from_beginning = true;
  record("acme", 100);
  begin();
  for (std::uint64_t seq = 0; seq < 100; ++seq) refused_.insert({log("acme"), seq});
  const auto streamer = make();
  for (int i = 0; i < 10; ++i) run(*streamer);
  EXPECT_LE(book().parked_count("siem").value(), 25);
  refused_.clear();
  pass(120);
  run(*streamer);
  EXPECT_GE(got_.size(), 75u);
  EXPECT_EQ(static_cast<std::int64_t>(got_.size()) + book().parked_count("siem").value(), 100);
}

TEST_F(StreamerTest, TellsTheSystemLogOfNoRefusedEventAboutStreams) {
  settings_.from_beginning = true;
  record_system(
      {{"id", "e1"}, {"time", "2026-01-31T09:30:00Z"}, {"type", "stream.started"}, {"tenant", "_system"}});
  begin();
  refused_ = {{log("_system"), 0}};
  run(*make());
  EXPECT_EQ(book().parked_count("siem").value(), 1);
  EXPECT_THAT(events_, IsEmpty()) << "its record would be refused in its turn, and so on";
}

TEST_F(StreamerTest, SendsALogFromItsBeginningThatIsNotTheOneThatWasSent) {
  settings_.from_beginning = true;
  record("acme", 4);
  begin();
  run(*make());
  ASSERT_EQ(got_.size(), 4u);
  const auto revision = book().cursors("siem").value()[log("acme")].revision;
  ASSERT_TRUE(book().advance("siem", {{{log("acme"), {3, std::string(64, 'a'), revision}}}, {}, {}, {}, ""}));
  run(*make());
  EXPECT_EQ(seqs("acme"), (std::vector<std::uint64_t>{0, 1, 2, 3, 0, 1, 2, 3}));
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_.front().at("type").as_string(), "stream.rewound");

  ASSERT_TRUE(book().rewind("siem", log("acme"), 1'000));
  run(*make());
  EXPECT_EQ(got_.size(), 12u) << "a log that is shorter than what was sent";
}

TEST_F(StreamerTest, SendsFindingsOfTheTenantsThatAreNamedWithWhatWasFound) {
  settings_.from_beginning = true;
  settings_.what = StreamSettings::What::findings;
  settings_.tenants = {"acme"};
  record("acme", 3);
  record_system(finding("opened", "acme"));
  record_system(finding("opened", "globex"));
  record_system(finding("resolved", "acme"));
  record_system(
      {{"id", "e1"}, {"time", "2026-01-31T09:30:00Z"}, {"type", "ledger.started"}, {"tenant", "_system"}});
  begin();
  run(*make());
  EXPECT_EQ(seqs("_system"), (std::vector<std::uint64_t>{0, 2}));
  ASSERT_EQ(got_.size(), 2u);
  const auto resolved = base::parse_json(got_[1].text, {.depth_max = 32}).value().value;
  EXPECT_EQ(resolved.at("class_uid").to_number<int>(), 2004);
  EXPECT_EQ(resolved.at("finding_info").at("analytic").at("uid").as_string(), "CODE-GUESSING");
  EXPECT_EQ(resolved.at("finding_info").at("related_events").as_array().size(), 2u);
  EXPECT_EQ(resolved.at("unmapped").at("countersign").at("finding").at("log").as_string(), log("acme"));
}

TEST_F(StreamerTest, PassesOverTypesThatAreNotAskedFor) {
  settings_.from_beginning = true;
  settings_.types = {"finding.*"};
  record("acme", 300);
  begin();
  run(*make());
  EXPECT_THAT(got_, IsEmpty());
  EXPECT_THAT(batches_, IsEmpty());
  EXPECT_EQ(book().cursors("siem").value()[log("acme")].next, 300u);
  EXPECT_EQ(metric("lag_records"), 0);
}

TEST_F(StreamerTest, GoesOnWithARegionWhileAnotherCannotBeRead) {
  settings_.from_beginning = true;
  settings_.batch_events = 2;
  broken_ = true;
  record("acme", 6);
  begin();
  const auto streamer = make();
  run(*streamer);
  EXPECT_EQ(seqs("acme"), from_to(0, 6));
  EXPECT_FALSE(said_.empty());
}

TEST_F(StreamerTest, KeepsABatchUnderItsBytes) {
  settings_.from_beginning = true;
  settings_.batch_bytes = 5'000;
  record("acme", 12);
  begin();
  run(*make());
  EXPECT_EQ(seqs("acme"), from_to(0, 12));
  EXPECT_LE(*std::ranges::max_element(batches_), 4u) << "an event has more than a thousand bytes";
}

}  // namespace
}  // namespace countersign::apps
