#include "apps/daemon/streaming/streamer.h"

#include "ledger/base/json.h"
#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"
#include "tests/support/test_region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace countersign::apps {
namespace {

using senders::BatchOutcome;
using senders::Item;
using testing::TestRegion;
using Kind = senders::BatchOutcome::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A region with records, and a stream out of it to a destination that does as it is told. Time passes where
/// the test says so.
class StreamerTest : public ::testing::Test {
 protected:
  StreamerTest() {
    settings_.name = "siem";
    settings_.regions = {base::RegionId("eu-1")};
  }

  /// Events of a tenant, under a checkpoint.
  void record(const std::string& tenant, int count) {
    const auto writer = region_.open_writer();
    add(*writer, tenant, count);
    writer->stop();
  }
  void add(store::Writer& writer, const std::string& tenant, int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(TestRegion::append(writer, {testing::sample_event(number_++, tenant)}));
  }
  void record_system(const boost::json::object& event) {
    const auto writer = region_.open_writer();
    const record::Sender sender{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
    ASSERT_TRUE(TestRegion::append(
        *writer, {record::prepare_event(event, sender, record::Vocabulary::system).value()}));
    writer->stop();
  }
  static boost::json::object finding(const std::string& step, const std::string& tenant) {
    return {{"id", "finding." + step + "/" + tenant + "/0123456789abcdef"},
            {"time", "2026-01-31T09:30:00Z"},
            {"type", "finding." + step},
            {"tenant", "_system"},
            {"action",
             {{"name", "finding " + step},
              {"resource", tenant + "/0123456789abcdef"},
              {"context", step == "opened" ? "CODE-GUESSING v2 item=17 records=[1,2]" : "x"}}},
            {"outcome", {{"reason", "10 failures"}}}};
  }

  void begin() {
    auto book = StreamBook::open(region_.files().folder).value();
    auto reader = StreamReader::open(settings_, region_.files().ledger()).value();
    ASSERT_TRUE(book.begin("siem", {settings_.scope(), "", "", {}, {}}, reader.beginnings().value()));
  }
  StreamBook book() { return StreamBook::open(region_.files().folder).value(); }

  std::unique_ptr<Streamer> make() {
    Streamer::Options options;
    options.settings = settings_;
    options.regions = {{base::RegionId("eu-1"), region_.files()}};
    if (broken_)
      options.regions.insert(options.regions.begin(), {base::RegionId("us-1"), {region_.dir() / "us-1"}});
    options.clock = [this] { return now_; };
    options.pace = options.clock;
    options.entropy = [](std::span<std::uint8_t> out) {
      std::fill(out.begin(), out.end(), std::uint8_t{128});
    };
    options.log = [this](const std::string& what) { said_.push_back(what); };
    options.record = [this](const store::RegionFiles&,
                            const boost::json::object& event) -> base::Result<void> {
      events_.push_back(event);
      return {};
    };
    options.send = [this](std::span<const Item> items, const notify::Stop&) { return answer(items); };
    return std::make_unique<Streamer>(std::move(options), metrics_);
  }

  BatchOutcome answer(std::span<const Item> items) {
    batches_.push_back(items.size());
    if (away_) return {Kind::failed, "it is away", asked_s_, {}};
    BatchOutcome out;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!refused_.contains({items[i].log, items[i].seq})) continue;
      out.why = "it answered 400";
      out.refused.push_back(i);
    }
    if (says_which_ || out.refused.empty()) {
      for (std::size_t i = 0; i < items.size(); ++i)
        if (std::ranges::find(out.refused, i) == out.refused.end()) got_.push_back(items[i]);
      return out;
    }
    return {Kind::refused, out.why, 0, {}};
  }

  /// Until there is nothing to do at once.
  void run(Streamer& streamer) {
    for (int i = 0; i < 500 && streamer.turn() == 0; ++i) {
    }
  }
  void pass(std::int64_t seconds) { now_.micros += seconds * 1'000'000; }

  std::vector<std::uint64_t> seqs(const std::string& tenant) const {
    std::vector<std::uint64_t> out;
    for (const auto& item : got_)
      if (base::tenant_of({item.log}).value() == tenant) out.push_back(item.seq);
    return out;
  }
  std::string log(const std::string& tenant) const { return region_.identity().origin + "/eu-1/" + tenant; }
  std::int64_t metric(const std::string& name) {
    return metrics_.get("countersign_stream_" + name, "", base::MetricType::gauge, {{"stream", "siem"}})
        .value();
  }

  TestRegion region_;
  StreamSettings settings_;
  base::Timestamp now_{1'800'000'000'000'000};
  base::Metrics metrics_;
  std::uint64_t number_ = 0;
  bool away_ = false, says_which_ = false, broken_ = false;
  std::int64_t asked_s_ = 0;
  std::set<std::pair<std::string, std::uint64_t>> refused_;
  std::vector<Item> got_;
  std::vector<std::size_t> batches_;
  std::vector<std::string> said_;
  std::vector<boost::json::object> events_;
};

std::vector<std::uint64_t> from_to(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> out;
  for (; begin < end; ++begin) out.push_back(begin);
  return out;
}

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
  ASSERT_TRUE(book().order_again("siem"));
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
  ASSERT_TRUE(book().advance(
      "siem", std::vector<StreamMove>{{log("acme"), {3, std::string(64, 'a'), revision}}}, {}, {}));
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
