#include "apps/daemon/control_runs.h"

#include "apps/system_events.h"
#include "ledger/projection/projector.h"
#include "ledger/projection/received.h"
#include "tests/apps/waiting.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace countersign::apps {
namespace {

using base::Timestamp;
using standing::Begun;
using testing::comes;
using testing::left_in_outbox;
using testing::TestRegion;

constexpr std::int64_t kHour = 3'600'000'000;
const base::RegionId kRegion("eu-1");
const base::TenantId kAcme("acme"), kEmpty("empty"), kGlobex("globex");  // globex is not registered

/// A region with records of one of its two tenants, whose clock the test moves.
class ControlRunsRegion : public ::testing::Test {
 protected:
  ControlRunsRegion() {
    config_.data = region_.dir() / "data";
    config_.heads = region_.dir().path();
    config_.regions = {kRegion};
    config_.places[kRegion] = {region_.files().folder, false};
    const auto writer = region_.open_writer();
    EXPECT_TRUE(append_system_events(*writer, {system_event_now("ledger.started")}));
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t n = 0; n < 60; ++n) batch.push_back(testing::sample_event(n));
    for (std::uint64_t n = 0; n < 60; ++n) batch.push_back(testing::sample_event(n, "globex", "other"));
    EXPECT_TRUE(TestRegion::append(*writer, std::move(batch)));
    writer->stop();
    projector_ = std::move(*projection::Projector::start(region_.files().ledger(), region_.files().index(),
                                                         "eu-1", region_.metrics()));
    EXPECT_TRUE(comes([&] { return is_level(); }));
    const auto path = region_.dir() / "registry";
    for (const auto& tenant : {kAcme, kEmpty})
      EXPECT_TRUE(ingest::add_tenant(path, tenant, kRegion, {}, base::system_clock()));
    EXPECT_TRUE(
        ingest::add_tenant(path, base::TenantId("far"), base::RegionId("us-1"), {}, base::system_clock()));
    registry_ = std::make_shared<const ingest::Registry>(*ingest::Registry::load(path));
    now_ = region_.clock()().micros + 60'000'000;
  }

  /// The index has the last record of each log.
  bool is_level() const {
    auto reader = projection::ReceivedReader::open(region_.files().index());
    const auto has = [&](std::int64_t log, std::uint64_t last) {
      const auto found = reader->last_in(log, last, last + 1);
      return found && found->has_value();
    };
    return reader && has(0, 0) && has(1, 59) && has(2, 59);
  }

  std::unique_ptr<ControlRuns> start() {
    return std::make_unique<ControlRuns>(
        config_, [this] { return registry_; }, metrics_,
        [this] {
          ++asked_;
          return Timestamp{now_.load()};
        });
  }
  std::size_t runs(ControlRuns& from, const base::TenantId& tenant = kAcme) {
    return from.book(kRegion).runs(tenant, 100).value().size();
  }
  /// The thread has looked at what is due, twice.
  bool looks() {
    return comes([this, before = asked_.load()] { return asked_ >= before + 4; });
  }
  std::vector<boost::json::object> recorded() const { return left_in_outbox(region_.files().folder); }

  TestRegion region_;
  Config config_;
  base::Metrics metrics_;
  std::unique_ptr<projection::Projector> projector_;
  std::shared_ptr<const ingest::Registry> registry_;
  std::atomic<std::int64_t> now_{0};
  std::atomic<int> asked_{0};
};

TEST_F(ControlRunsRegion, TestsAtTheStartAndAgainAfterTheInterval) {
  auto made = start();
  ASSERT_TRUE(comes([&] { return runs(*made) == 1; }));
  ASSERT_EQ(recorded().size(), 1u);
  const auto event = recorded().front();
  EXPECT_EQ(event.at("type"), "report.performed");
  EXPECT_EQ(event.at("action").at("resource"), "acme");
  EXPECT_FALSE(event.contains("actor"));
  const auto run = made->book(kRegion).newest(kAcme).value();
  EXPECT_EQ(run->until.micros, now_ / 1'000'000 * 1'000'000);
  EXPECT_EQ(run->until.micros - run->from.micros, 30 * 24 * kHour);
  EXPECT_EQ(run->records, 60u);
  EXPECT_NE(std::string(event.at("action").at("context").as_string()).find(run->report_sha256),
            std::string::npos);
  now_ += 24 * kHour - 1;
  ASSERT_TRUE(looks());
  EXPECT_EQ(runs(*made), 1u);
  now_ += 1;
  ASSERT_TRUE(comes([&] { return runs(*made) == 2; }));
  EXPECT_EQ(runs(*made, kEmpty), 0u) << "there is nothing to test";
  made->stop();
  // The next process goes on where this one ended.
  made = start();
  ASSERT_TRUE(looks());
  EXPECT_EQ(runs(*made), 2u);
  now_ += 24 * kHour;
  EXPECT_TRUE(comes([&] { return runs(*made) == 3; }));
}

TEST_F(ControlRunsRegion, TestsOnlyWhenToldToWhereTheIntervalIsNought) {
  config_.test_every_hours = 0;
  const auto made = start();
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  EXPECT_EQ(runs(*made), 0u);
  EXPECT_FALSE(made->is_running(kRegion, kAcme));
  boost::json::object members{{"actor", {{"id", "ana"}, {"role", "analyst"}}}};
  EXPECT_EQ(made->begin(kRegion, kAcme, members).begun, Begun::begun);
  EXPECT_EQ(made->begin(kRegion, kAcme, members).begun, Begun::running);
  EXPECT_TRUE(made->is_running(kRegion, kAcme));
  EXPECT_FALSE(made->is_running(kRegion, kEmpty));
  ASSERT_TRUE(comes([&] { return !made->is_running(kRegion, kAcme); }));
  EXPECT_EQ(runs(*made), 1u);
  ASSERT_EQ(recorded().size(), 1u);
  EXPECT_EQ(recorded().front().at("actor").at("role"), "analyst");
  now_ += 18'500'000;
  const auto refused = made->begin(kRegion, kAcme, {});
  EXPECT_EQ(refused.begun, Begun::recent);
  EXPECT_EQ(refused.retry_s, 42);
  now_ += 41'500'000;
  EXPECT_EQ(made->begin(kRegion, kAcme, {}).begun, Begun::begun);
  made->stop();
  EXPECT_EQ(made->begin(kRegion, kEmpty, {}).begun, Begun::busy);
}

TEST_F(ControlRunsRegion, AnOrderThatHasToWaitHoldsNobodyUp) {
  config_.test_every_hours = 0;
  const auto made = start();
  EXPECT_EQ(made->begin(kRegion, kEmpty, {}).begun, Begun::begun);
  EXPECT_EQ(made->begin(kRegion, kAcme, {}).begun, Begun::begun);
  EXPECT_TRUE(comes([&] { return runs(*made) == 1; }));
  EXPECT_TRUE(made->is_running(kRegion, kEmpty)) << "its turn comes again";
  EXPECT_EQ(made->begin(kRegion, kEmpty, {}).begun, Begun::running);
}

TEST_F(ControlRunsRegion, OrdersThatDoNotEndHoldNothingUpThatIsDue) {
  config_.test_every_hours = 24;
  std::atomic<int> looked{0};
  ControlRuns made(
      config_,
      [&] {
        ++looked;
        return registry_;
      },
      metrics_, [this] { return Timestamp{now_.load()}; });
  // One of the two waits whenever the other is tested.
  EXPECT_TRUE(comes([&] {
    now_ += 61'000'000;
    for (const auto& tenant : {kAcme, kGlobex}) made.begin(kRegion, tenant, {});
    return runs(made) + runs(made, kGlobex) >= 8;
  }));
  EXPECT_GE(looked, 4);
}

TEST_F(ControlRunsRegion, KeepsNothingThatCannotBeRecorded) {
  const auto outbox = region_.files().folder / "outbox";
  std::filesystem::remove_all(outbox);
  ASSERT_TRUE(base::write_file_durably(outbox, "no folder", base::FileMode::readable));
  const auto made = start();
  ASSERT_TRUE(comes([&] {
    return metrics_.to_prometheus().find("countersign_control_test_failures_total{region=\"eu-1\"} 1") !=
           std::string::npos;
  }));
  EXPECT_EQ(runs(*made), 0u);
  std::filesystem::remove(outbox);
  now_ += kHour;
  EXPECT_TRUE(comes([&] { return runs(*made) == 1; })) << "it is tried again within the hour";
}

}  // namespace
}  // namespace countersign::apps
