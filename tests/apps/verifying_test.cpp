#include "apps/daemon/verifying.h"

#include "apps/ledger_verified.h"
#include "apps/system_events.h"
#include "ledger/projection/projector.h"
#include "tests/apps/waiting.h"
#include "tests/support/test_region.h"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace countersign::apps {
namespace {

using base::Timestamp;
using testing::comes;
using testing::left_in_outbox;
using testing::TestRegion;

constexpr std::int64_t kHour = 3'600'000'000;
const base::RegionId kRegion("eu-1");

TEST(FirstVerification, IsAtOnceWhereTheLastIsOlderThanTheInterval) {
  const Timestamp started{1'000 * kHour};
  EXPECT_EQ(first_verification(started, {started.micros - 25 * kHour}, 24), started);
  EXPECT_EQ(first_verification(started, {started.micros - 24 * kHour}, 24), started);
  EXPECT_EQ(first_verification(started, {}, 24), started);
}

TEST(FirstVerification, IsAnHourAfterTheStartOrEarlierWhereItIsDue) {
  const Timestamp started{1'000 * kHour}, soon{started.micros + kHour};
  EXPECT_EQ(first_verification(started, started, 24), soon);
  EXPECT_EQ(first_verification(started, {started.micros - 22 * kHour}, 24), soon);
  EXPECT_EQ(first_verification(started, {started.micros - 23 * kHour - kHour / 2}, 24),
            (Timestamp{started.micros + kHour / 2}));
  EXPECT_EQ(first_verification(started, started, 0.25), (Timestamp{started.micros + kHour / 4}));
  EXPECT_EQ(first_verification(started, {started.micros + 500 * kHour}, 24), soon)
      << "a clock that was set back";
}

TEST(VerifiedOutcome, SaysTheFirstFaultAndNamesNoTenant) {
  store::LedgerReport report;
  EXPECT_EQ(verified_outcome(report), "intact");
  report.faults = {{"log.example.com/eu-1/acme", 17, "its prev is wrong in log.example.com/eu-1/acme"},
                   {"", -1, "more"}};
  EXPECT_EQ(verified_outcome(report), "record 17 of the log of a tenant: its prev is wrong in the log");
  report.faults = {{"log.example.com/eu-1/_system", -1, "a key is missing"}};
  EXPECT_EQ(verified_outcome(report), "the system log: a key is missing");
  report.faults = {{"", -1, std::string(254, 'x') + "\xC3\xA9y"}};
  EXPECT_EQ(verified_outcome(report), std::string(254, 'x') + "\xC3\xA9");
  report.faults.front().what.insert(0, "x");
  EXPECT_EQ(verified_outcome(report), std::string(255, 'x')) << "no character is cut";
}

/// A region with records of a tenant and of its own, and an index that knows them.
class VerifyingRegion : public ::testing::Test {
 protected:
  VerifyingRegion() {
    config_.data = region_.dir() / "data";
    config_.heads = region_.dir().path();
    config_.regions = {kRegion};
    config_.places[kRegion] = {region_.files().folder, false};
    const auto writer = region_.open_writer();
    EXPECT_TRUE(append_system_events(*writer, {system_event_now("ledger.started")}));
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t n = 0; n < 600; ++n) batch.push_back(testing::sample_event(n));
    EXPECT_TRUE(TestRegion::append(*writer, std::move(batch)));
    writer->stop();
    const auto projector = projection::Projector::start(region_.files().ledger(), region_.files().index(),
                                                        "eu-1", region_.metrics());
    EXPECT_TRUE(projector);
    EXPECT_TRUE(comes([&] { return last_verified(region_.files()).has_value(); }));
    began_ = *last_verified(region_.files());
    now_ = began_.micros;
  }

  base::Clock clock() {
    return [this] {
      ++asked_;
      return Timestamp{now_.load()};
    };
  }

  std::vector<boost::json::object> recorded() const { return left_in_outbox(region_.files().folder); }

  std::string metric() const {
    const auto text = metrics_.to_prometheus();
    const auto at = text.find("countersign_verification_failures_total{region=\"eu-1\"} ");
    return at == std::string::npos ? "absent" : text.substr(text.find(' ', at) + 1, 1);
  }

  TestRegion region_;
  Config config_;
  base::Metrics metrics_;
  Timestamp began_;
  std::atomic<std::int64_t> now_{0};
  std::atomic<int> asked_{0};  ///< for the time; once with each look at whether it is due
};

TEST_F(VerifyingRegion, RecordsThatItIsIntactAndDoesSoAgainAfterTheInterval) {
  Verifying verifying(config_, metrics_, clock());
  EXPECT_EQ(metric(), "0");
  now_ += kHour - 1;
  ASSERT_TRUE(comes([&, before = asked_.load()] { return asked_ >= before + 2; }));
  EXPECT_TRUE(recorded().empty()) << "it is not due";
  now_ += 1;
  ASSERT_TRUE(comes([&] { return recorded().size() == 1; }));
  const auto event = recorded().front();
  EXPECT_EQ(event.at("type"), "ledger.verified");
  const auto& action = event.at("action");
  EXPECT_EQ(action.at("name"), "verify ledger");
  EXPECT_EQ(action.at("resource"), "all");
  EXPECT_TRUE(action.at("context").as_string().starts_with("records=601 logs=2 seconds="));
  EXPECT_EQ(event.at("outcome").at("reason"), "intact");
  EXPECT_EQ(event.at("time"), boost::json::string(base::format_rfc3339({now_})));
  now_ += 24 * kHour;
  ASSERT_TRUE(comes([&] { return recorded().size() == 2; }));
  EXPECT_EQ(metric(), "0");
}

TEST_F(VerifyingRegion, TellsAnAlteredLedgerAtOnceWhereTheLastVerificationIsOld) {
  testing::tamper(region_,
                  "UPDATE records SET record=CAST(replace(CAST(record AS TEXT),'\"attempt\":1','\"attempt\":"
                  "2') AS BLOB) WHERE place BETWEEN (1<<40)+300 AND (1<<40)+302");
  now_ += 25 * kHour;
  Verifying verifying(config_, metrics_, clock());
  ASSERT_TRUE(comes([&] { return recorded().size() == 1; }));
  const std::string reason(recorded().front().at("outcome").at("reason").as_string());
  EXPECT_TRUE(reason.starts_with("record 30")) << reason;
  EXPECT_NE(reason.find(" of the log of a tenant: its prev is not the hash"), std::string::npos) << reason;
  EXPECT_EQ(metric(), "1");
}

TEST_F(VerifyingRegion, SaysThatALedgerCannotBeRead) {
  std::filesystem::rename(region_.files().ledger(), region_.dir() / "gone");
  Verifying verifying(config_, metrics_, clock());
  now_ += kHour;
  ASSERT_TRUE(comes([&] { return recorded().size() == 1; }));
  EXPECT_EQ(recorded().front().at("outcome").at("reason"), "the ledger could not be read to its end");
  EXPECT_EQ(metric(), "1");
}

TEST_F(VerifyingRegion, LeavesWhatCannotBeRecordedForLater) {
  const auto outbox = region_.files().folder / "outbox";
  ASSERT_TRUE(base::write_file_durably(outbox, "no folder", base::FileMode::readable));
  now_ += 25 * kHour;
  Verifying verifying(config_, metrics_, clock());
  // At the start, when it is due, for the record's time, and at the next look.
  ASSERT_TRUE(comes([&] { return asked_ >= 4; }));
  std::filesystem::remove(outbox);
  EXPECT_TRUE(comes([&] { return recorded().size() == 1; }));
}

TEST_F(VerifyingRegion, DoesNothingWhereTheIntervalIsNought) {
  config_.verify_every_hours = 0;
  now_ += 25 * kHour;
  Verifying verifying(config_, metrics_, clock());
  EXPECT_EQ(metric(), "absent") << "and no thread is there to make it";
}

}  // namespace
}  // namespace countersign::apps
