#include "ledger/projection/life.h"

#include "ledger/base/json.h"
#include "ledger/projection/index.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace countersign::projection {
namespace {

using base::Code;
using testing::TestRegion;

class RecordLife : public ::testing::Test {
 protected:
  /// An event of a source, told a second after the one before; gives its number.
  std::uint64_t say(const std::string& source, const std::string& type, const std::string& more) {
    region_.pass(1);
    const auto text =
        fmt::format(R"({{"id":"{}","time":"2026-01-01T00:{:02}:{:02}Z","type":"{}","tenant":"acme"{}}})",
                    count_, count_ / 60 % 60, count_ % 60, type, more);
    const auto parsed = base::parse_json(text, {});
    EXPECT_TRUE(parsed) << text;
    auto prepared =
        record::prepare_event(parsed->value.as_object(), {base::SourceName(source), record::Proof::hmac});
    EXPECT_TRUE(prepared) << text;
    std::vector<record::PreparedEvent> batch;
    batch.push_back(std::move(*prepared));
    EXPECT_TRUE(TestRegion::append(*writer_, std::move(batch)));
    return static_cast<std::uint64_t>(count_++);
  }
  static std::string challenge(const std::string& id, const std::string& provider_id = "") {
    return provider_id.empty()
               ? fmt::format(R"(,"challenge":{{"id":"{}","factor":"sms"}})", id)
               : fmt::format(R"(,"challenge":{{"id":"{}","provider_id":"{}","factor":"sms"}})", id,
                             provider_id);
  }
  void bring_level() {
    auto index = Index::open(region_.files().index());
    auto reader = store::LedgerReader::open(region_.files().ledger());
    ASSERT_TRUE(index && reader);
    ASSERT_TRUE(index->advance(*reader, 100'000));
  }
  base::Result<Life> life(std::uint64_t seq, const Told& told = {}) {
    return read_life_of(region_.files().index(), 0, seq, told);
  }
  static std::string sums(const Life& life) {
    return fmt::format("{} {} {} {} {} {}", life.state, life.sources, life.sent, life.delivered, life.failed,
                       life.verified);
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  int count_ = 0;
};

TEST_F(RecordLife, IsToldOfEachRecordThatIsOfIt) {
  const auto first = say("app", "challenge.sent", challenge("c-1", "VE1"));
  const auto other = say("app", "login.failed", "");
  say("twilio", "challenge.sent", challenge("VE1"));
  const auto last =
      say("twilio", "challenge.verified", challenge("VE1") + R"(,"outcome":{"reason":"matched"})");
  bring_level();
  for (const auto seq : {first, last}) {
    const auto found = life(seq);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(sums(*found), "verified 2 1 0 0 1");
    ASSERT_EQ(found->events.size(), 3u);
    EXPECT_EQ(found->events_total, 3);
    const auto& end = found->events.back();
    EXPECT_EQ(end.seq, last);
    EXPECT_EQ(end.type + " " + end.source + " " + end.proof + " " + end.factor + " " + end.reason,
              "challenge.verified twilio hmac sms matched");
    EXPECT_GT(end.received, found->events.front().received);
  }
  EXPECT_EQ(life(other).error().code, Code::not_found);
  const auto by_name = read_life(region_.files().index(), 0, "c-1");
  ASSERT_TRUE(by_name);
  EXPECT_EQ(sums(*by_name), "verified 2 1 0 0 1");
  EXPECT_EQ(read_life(region_.files().index(), 0, "c-2").error().code, Code::not_found);
}

TEST_F(RecordLife, IsMadeOfNothingThatMayNotBeTold) {
  say("app", "challenge.sent", challenge("c-1"));
  const auto second = say("twilio", "challenge.delivered", challenge("c-1"));
  const auto third = say("app", "challenge.failed", challenge("c-1"));
  const auto last = say("app", "challenge.verified", challenge("c-1"));
  bring_level();
  const auto all = life(second);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->events.size(), 4u);
  const Told told{all->events[1].received, all->events[3].received};
  const auto part = life(second, told);
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(sums(*part), "failed 2 0 1 1 0");
  ASSERT_EQ(part->events.size(), 2u);
  EXPECT_EQ(part->events[0].seq, second);
  EXPECT_EQ(part->events[1].seq, third);
  EXPECT_EQ(life(last, told).error().code, Code::not_found) << "as if there were no such record";
  EXPECT_EQ(life(0, told).error().code, Code::not_found);
}

TEST_F(RecordLife, IsNotKnownWhereTheIndexHasNotComeToTheRecord) {
  EXPECT_EQ(life(0).error().code, Code::unavailable) << "there is no index yet";
  say("app", "challenge.sent", challenge("c-1"));
  bring_level();
  const auto late = say("app", "challenge.verified", challenge("c-1"));
  EXPECT_EQ(life(late).error().code, Code::unavailable);
  EXPECT_EQ(life(std::uint64_t{1} << 40).error().code, Code::not_found) << "that is another log's place";
  bring_level();
  EXPECT_TRUE(life(late));
}

TEST_F(RecordLife, CountsAsTheViewThatControlsRead) {
  std::mt19937 random(7);
  const std::vector<std::string> types{"sent",   "delivered", "undelivered", "verified",
                                       "failed", "expired",   "cancelled"};
  for (int i = 0; i < 120; ++i) {
    const auto id = std::to_string(random() % 30);
    const bool app = random() % 2 == 0;
    const auto type = random() % 9 == 0 ? "login.failed" : "challenge." + types[random() % types.size()];
    say(app ? "app" : "twilio", type, app ? challenge("c" + id, "VE" + id) : challenge("VE" + id));
  }
  bring_level();
  auto index = sqlite::Connection::open(region_.files().index(), {}).value();
  auto rows = index
                  .prepare(
                      "SELECT life, coalesce(state, 'named only'), sources, sent, delivered, failed, "
                      "verified, events FROM challenge_lives")
                  .value();
  int lives = 0;
  for (; rows.step().value(); ++lives) {
    const auto found = life(static_cast<std::uint64_t>(rows.integer(0)));
    ASSERT_TRUE(found);
    EXPECT_EQ(sums(*found), fmt::format("{} {} {} {} {} {}", rows.text(1), rows.integer(2), rows.integer(3),
                                        rows.integer(4), rows.integer(5), rows.integer(6)));
    EXPECT_EQ(found->events_total, rows.integer(7));
  }
  EXPECT_GT(lives, 15);
}

TEST_F(RecordLife, IsCountedToABoundAndSaysSo) {
  say("app", "challenge.sent", challenge("c-1"));
  bring_level();
  ASSERT_TRUE(life(0));
  EXPECT_FALSE(life(0)->more);
  auto index =
      sqlite::Connection::open(region_.files().index(), {.access = sqlite::Access::read_write}).value();
  const auto add = [&](int first, int many, const char* source, const char* type) {
    ASSERT_TRUE(index.execute(fmt::format(
        "INSERT INTO events(place,log,seq,received,occurred,source,proof,life,type) WITH RECURSIVE n(i) AS "
        "(VALUES({0}) UNION ALL SELECT i+1 FROM n WHERE i+1<{0}+{1}) SELECT i,0,i,{2}+i,{2}+i,'{3}','hmac',0,"
        "'{4}' FROM n; UPDATE progress SET next={0}+{1}",
        first, many, 1'800'000'000'000'000, source, type)));
  };
  add(1, 9'999, "app", "challenge.failed");
  EXPECT_FALSE(life(0)->more);
  EXPECT_EQ(life(0)->events_total, 10'000);
  EXPECT_EQ(sums(*life(0)), "failed 1 1 0 9999 0");
  add(10'000, 5'000, "app", "challenge.failed");
  add(15'000, 3, "twilio", "challenge.verified");
  const auto found = life(0);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->more);
  EXPECT_EQ(found->state, "verified") << "whatever was counted";
  EXPECT_EQ(found->sources, 2);
  EXPECT_LE(found->events_total, Life::kReadMost + 2) << "one of each type is counted in any case";
  EXPECT_GE(found->events_total, Life::kReadMost);
  EXPECT_EQ(found->events.size(), Life::kEventsMax);
  const auto part = life(15'001, {{1'800'000'000'015'000}, {1'800'000'000'015'002}});
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_FALSE(part->more) << "what may not be told of is not counted";
  EXPECT_EQ(sums(*part), "verified 1 0 0 0 2");
  EXPECT_EQ(part->events.size(), 2u);
}

}  // namespace
}  // namespace countersign::projection
