#include "tests/apps/streaming/streamer_fixture.h"

#include <gmock/gmock.h>

namespace countersign::apps {
namespace {

using ::testing::IsEmpty;

/// Of an event that always fails and of a destination that does: which of them it is.
class StreamerJudging : public StreamerTest {
 protected:
  StreamerJudging() { settings_.from_beginning = true; }

  /// Without what came again.
  std::vector<std::uint64_t> firsts(const std::string& tenant) const {
    std::vector<std::uint64_t> out;
    for (const auto seq : seqs(tenant))
      if (std::ranges::find(out, seq) == out.end()) out.push_back(seq);
    return out;
  }
};

TEST_F(StreamerJudging, ParksTheOneEventThatFailsWhileOthersOfItsLogAreTaken) {
  record("acme", 1);
  begin();
  const auto streamer = make();
  run(*streamer);
  record("acme", 60);
  poison_ = {{log("acme"), 1}, {log("acme"), 34}};
  run_for(*streamer, 120);
  std::vector<std::uint64_t> expected{0};
  for (const auto seq : from_to(2, 34)) expected.push_back(seq);
  for (const auto seq : from_to(35, 61)) expected.push_back(seq);
  EXPECT_EQ(firsts("acme"), expected) << "each, in its order";
  const auto parked = book().parked("siem").value();
  ASSERT_EQ(parked.size(), 2u);
  EXPECT_EQ(parked[0].seq, 1u);
  EXPECT_EQ(parked[1].seq, 34u);
  EXPECT_EQ(parked[0].why, "it answered 403, each time, and took another event of its log meanwhile");
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(events_.front().at("type").as_string(), "stream.refused");
  EXPECT_EQ(metric("refused_total"), 2);
  EXPECT_EQ(book().state("siem").value()->error, "");

  // Ordered again it fails as before, and holds up nothing.
  order_all();
  record("acme", 5);
  run_for(*streamer, 5);
  EXPECT_FALSE(book().ordered("siem").value());
  EXPECT_EQ(book().parked_count("siem").value(), 2);
  EXPECT_EQ(firsts("acme").back(), 65u);
}

TEST_F(StreamerJudging, KnowsAfterARestartWhatWasTaken) {
  record("acme", 1);
  begin();
  run(*make());
  record("acme", 5);
  poison_ = {{log("acme"), 1}};
  const auto streamer = make();
  run_for(*streamer, 60);
  EXPECT_EQ(firsts("acme"), (std::vector<std::uint64_t>{0, 2, 3, 4, 5}));
  EXPECT_EQ(book().parked_count("siem").value(), 1);
}

TEST_F(StreamerJudging, HoldsALogOfWhichNothingWasTakenAndSendsTheOthers) {
  settings_.batch_events = 4;
  record("acme", 20);
  record("globex", 30);
  begin();
  poison_ = {{log("acme"), 0}};
  const auto streamer = make();
  run_for(*streamer, 200);
  EXPECT_EQ(book().parked_count("siem").value(), 0) << "it may be the destination";
  EXPECT_THAT(seqs("acme"), IsEmpty()) << "no event goes out before those that stand before it";
  EXPECT_EQ(firsts("globex"), from_to(0, 30));
  EXPECT_EQ(metric("lag_records"), 20);
  const auto why =
      log("acme") + " waits at record 0: it answered 403, and nothing of the log was taken before";
  EXPECT_EQ(std::ranges::count(said_, why), 1);
  EXPECT_EQ(book().state("siem").value()->error, why);

  record("globex", 400);
  run(*streamer);
  run_for(*streamer, 3);
  EXPECT_EQ(firsts("globex").size(), 430u) << "not held up by it";
  EXPECT_THAT(seqs("acme"), IsEmpty());
  ASSERT_TRUE(book().rewind("siem", log("acme"), 1));
  run_for(*streamer, 70);
  EXPECT_EQ(firsts("acme"), from_to(1, 20));
}

TEST_F(StreamerJudging, SendsWhatStandsBeforeTheEventThatFailsAndThenParksIt) {
  record("acme", 40);
  begin();
  poison_ = {{log("acme"), 9}};
  const auto streamer = make();
  run_for(*streamer, 120);
  auto expected = from_to(0, 40);
  expected.erase(expected.begin() + 9);
  EXPECT_EQ(firsts("acme"), expected);
  EXPECT_EQ(book().parked_count("siem").value(), 1);
}

TEST_F(StreamerJudging, ParksNothingWhileNothingIsTaken) {
  record("acme", 1);
  begin();
  const auto streamer = make();
  run(*streamer);
  record("acme", 40);
  away_ = true;
  run_for(*streamer, 3'000);
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  EXPECT_THAT(batches_, ::testing::Contains(40u)) << "the batch is tried as it is";
  EXPECT_LE(batches_.size(), 100u);
  away_ = false;
  batches_.clear();
  run_for(*streamer, 61);
  EXPECT_EQ(seqs("acme"), from_to(0, 41));
  EXPECT_LE(batches_.size(), 6u) << "it grows with each batch";
}

TEST_F(StreamerJudging, ParksNothingOfALogForWhichTheDestinationIsDown) {
  record("globex", 1);
  record("acme", 1);
  begin();
  const auto streamer = make();
  run(*streamer);
  record("acme", 20);
  down_ = {log("acme")};
  run_for(*streamer, 600);
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  EXPECT_EQ(metric("refused_total"), 0);
  down_.clear();
  run_for(*streamer, 61);
  EXPECT_EQ(seqs("acme"), from_to(0, 21)) << "and nothing came twice: no event is asked about";
}

TEST_F(StreamerJudging, ParksNothingOfALogOfWhichTheDestinationTakesNothing) {
  record("globex", 1);
  record("acme", 1);
  begin();
  const auto streamer = make();
  run(*streamer);
  record("acme", 20);
  for (const auto seq : from_to(0, 21)) poison_.insert({log("acme"), seq});
  run_for(*streamer, 600);
  EXPECT_EQ(book().parked_count("siem").value(), 0) << "that it takes globex says nothing of acme";
  poison_.clear();
  run_for(*streamer, 61);
  EXPECT_EQ(firsts("acme"), from_to(0, 21));
}

TEST_F(StreamerJudging, LeavesAPauseBetweenTheEventThatVouchesAndTheOther) {
  record("acme", 1);
  begin();
  const auto streamer = make();
  run(*streamer);
  record("acme", 1);
  forbids_ = true;
  for (int i = 0; batches_.size() < 4; ++i) {
    ASSERT_LT(i, 20);
    run(*streamer);
    pass(1);
  }
  forbids_ = false;
  one_a_moment_ = true;
  run_for(*streamer, 60);
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  EXPECT_EQ(firsts("acme"), from_to(0, 2));
}

TEST_F(StreamerJudging, KeepsAnOrderWhileTheDestinationIsAwayOrTakesNothing) {
  says_which_ = true;
  record("acme", 3);
  begin();
  refused_ = {{log("acme"), 1}};
  const auto streamer = make();
  run(*streamer);
  ASSERT_EQ(book().parked_count("siem").value(), 1);
  refused_.clear();
  order_all();
  away_ = true;
  run_for(*streamer, 5);
  EXPECT_TRUE(book().ordered("siem").value());
  away_ = false;
  forbids_ = true;
  run_for(*streamer, 30);
  EXPECT_TRUE(book().ordered("siem").value());
  forbids_ = false;
  run_for(*streamer, 61);
  EXPECT_EQ(book().parked_count("siem").value(), 0);
  EXPECT_EQ(seqs("acme").back(), 1u);
}

}  // namespace
}  // namespace countersign::apps
