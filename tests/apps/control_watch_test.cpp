#include "apps/daemon/procurement/control_watch.h"

#include "apps/system_events.h"
#include "ledger/projection/projector.h"
#include "tests/apps/waiting.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace countersign::apps {
namespace {

using base::Timestamp;
using testing::comes;
using testing::left_in_outbox;
using testing::TestRegion;
using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::int64_t kHour = 3'600'000'000;
const base::RegionId kRegion("eu-1");
const base::TenantId kAcme("acme"), kGlobex("globex");
const std::string kMfa = "PRIVILEGED-MFA";

/// A region whose writer runs, with records of one of its two tenants; the clock is the test's.
class ControlWatchRegion : public ::testing::Test {
 protected:
  ControlWatchRegion() {
    config_.data = region_.dir() / "data";
    config_.heads = region_.dir().path();
    config_.regions = {kRegion};
    config_.places[kRegion] = {region_.files().folder, false};
    config_.answers.watch = {kMfa};
    EXPECT_TRUE(append_system_events(*writer_, {system_event_now("ledger.started")}));
    append("00:01:00", "challenge.sent", "ada");
    projector_ = std::move(*projection::Projector::start(region_.files().ledger(), region_.files().index(),
                                                         "eu-1", region_.metrics()));
    const auto path = region_.dir() / "registry";
    for (const auto& tenant : {kAcme, kGlobex})
      EXPECT_TRUE(ingest::add_tenant(path, tenant, kRegion, {}, base::system_clock()));
    registry_ = std::make_shared<const ingest::Registry>(*ingest::Registry::load(path));
    now_ = base::parse_rfc3339("2026-01-01T12:00:00Z")->micros;
    // Received long after, so that what a control wants to see around a login is there.
    region_.pass(6 * 3'600);
  }
  ~ControlWatchRegion() override { writer_->stop(); }

  void append(const std::string& at, const std::string& type, const std::string& who,
              const base::TenantId& tenant = kAcme) {
    boost::json::object event{{"id", fmt::format("e{}", ++events_)},
                              {"time", fmt::format("2026-01-01T{}Z", at)},
                              {"type", type},
                              {"tenant", tenant.value()},
                              {"actor", {{"id", who}, {"role", "admin"}}}};
    if (type.starts_with("challenge.")) event["challenge"] = {{"id", "c-" + who}, {"factor", "totp"}};
    auto prepared = record::prepare_event(event, {base::SourceName("app"), record::Proof::token});
    ASSERT_TRUE(prepared);
    std::vector<record::PreparedEvent> batch;
    batch.push_back(std::move(*prepared));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
  }

  std::unique_ptr<ControlWatch> start() {
    return std::make_unique<ControlWatch>(
        config_,
        [this] {
          ++looks_;
          return registry_;
        },
        [this](const base::RegionId&) -> standing::Book& {
          std::this_thread::sleep_for(slow_.load());
          return book_;
        },
        metrics_, [this] { return Timestamp{now_.load()}; }, pace_);
  }
  std::optional<standing::Run> found(const base::TenantId& tenant = kAcme) const {
    return book_.watched(tenant).value();
  }
  std::string state(const base::TenantId& tenant = kAcme, const std::string& control = kMfa) const {
    const auto run = found(tenant);
    if (!run || !run->controls.contains(control)) return "";
    return run->controls.at(control).state;
  }
  bool looks_again() {
    return comes([this, before = looks_.load()] { return looks_ >= before + 3; });
  }
  /// What was recorded of changes, in any order.
  std::vector<std::string> changes() const {
    std::vector<std::string> out;
    for (const auto& event : left_in_outbox(region_.files().folder)) {
      EXPECT_EQ(event.at("type"), "control.changed");
      EXPECT_EQ(event.at("tenant"), "_system");
      EXPECT_FALSE(event.contains("actor"));
      out.push_back(std::string(event.at("action").at("resource").as_string()) + ": " +
                    std::string(event.at("action").at("context").as_string()));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  bool has_change(const std::string& text) const {
    const auto all = changes();
    return std::find(all.begin(), all.end(), text) != all.end();
  }
  bool has_failed() const {
    return metrics_.to_prometheus().find("countersign_control_watch_failures_total{region=\"eu-1\"} 0") ==
           std::string::npos;
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  Config config_;
  mutable base::Metrics metrics_;
  std::unique_ptr<projection::Projector> projector_;
  std::shared_ptr<const ingest::Registry> registry_;
  standing::Book book_{region_.files().folder};
  ControlWatch::Pace pace_{milliseconds(20), milliseconds(60'000), milliseconds(100), milliseconds(200)};
  std::atomic<milliseconds> slow_{milliseconds(0)};
  std::atomic<std::int64_t> now_{0};
  std::atomic<int> looks_{0};
  int events_ = 0;
};

TEST_F(ControlWatchRegion, TellsOfEachChangeOnceAndSoonAfterTheRecords) {
  auto made = start();
  ASSERT_TRUE(comes([&] { return state() == "nothing_to_test"; }));
  EXPECT_EQ(changes(),
            std::vector<std::string>{"acme/PRIVILEGED-MFA: untested -> nothing, items=0, exceptions=0"});
  append("01:00:00", "login.succeeded", "ada");
  ASSERT_TRUE(comes([&] { return state() == "failing"; }));
  EXPECT_TRUE(has_change("acme/PRIVILEGED-MFA: nothing -> failed, items=1, exceptions=1"));
  const auto run = *found();
  EXPECT_EQ(run.controls.size(), 1u) << "no others are tested";
  EXPECT_EQ(run.records, 2u);
  EXPECT_EQ(run.time.micros, now_);
  EXPECT_EQ(run.until.micros - run.from.micros, 30 * 24 * kHour);
  EXPECT_TRUE(book_.runs(kAcme, 100).value().empty()) << "it is no test of all controls";
  // As bad as before is no change.
  append("02:00:00", "login.succeeded", "ada");
  ASSERT_TRUE(comes([&] { return found()->records == 3; }));
  EXPECT_EQ(changes().size(), 2u);
  made->stop();
  made = start();
  ASSERT_TRUE(looks_again());
  append("00:59:00", "challenge.verified", "ada");
  append("01:59:00", "challenge.verified", "ada");
  ASSERT_TRUE(comes([&] { return state() == "passing"; }));
  EXPECT_TRUE(has_change("acme/PRIVILEGED-MFA: failed -> passed, items=2, exceptions=0"));
  EXPECT_EQ(changes().size(), 3u) << "the next process goes on where this one ended";
  EXPECT_FALSE(has_failed());
}

TEST_F(ControlWatchRegion, TestsNothingThatHasNotChanged) {
  const auto made = start();
  ASSERT_TRUE(comes([&] { return found().has_value(); }));
  const auto first = found()->time;
  now_ += 1'000'000;
  ASSERT_TRUE(looks_again());
  EXPECT_EQ(found()->time, first);
  EXPECT_FALSE(found(kGlobex)) << "there is nothing to test";
  // What is done to the appliance may be evidence, too.
  ASSERT_TRUE(append_system_events(*writer_, {system_event_now("backup.performed")}));
  ASSERT_TRUE(comes([&] { return found()->time.micros == now_; }));
  now_ += kHour;
  ASSERT_TRUE(comes([&] { return found()->time.micros == now_; }))
      << "time alone can be what fails a control";
  append("03:00:00", "login.succeeded", "bob", kGlobex);
  EXPECT_TRUE(comes([&] { return found(kGlobex).has_value(); }));
}

TEST_F(ControlWatchRegion, TestsOnceMoreForRecordsThatAreAhead) {
  pace_.ahead = milliseconds(3'000);
  const auto made = start();
  ASSERT_TRUE(comes([&] { return found().has_value(); }));
  // The clock of its sender is ahead by two seconds.
  append("12:00:01.500000", "challenge.verified", "eve");
  append("01:00:00", "login.succeeded", "ada");
  ASSERT_TRUE(comes([&] { return found()->records == 3; }));
  now_ += 30'000'000;
  EXPECT_TRUE(comes([&] { return found()->time.micros == now_; })) << "nothing has come since";
  now_ += 30'000'000;
  ASSERT_TRUE(looks_again());
  EXPECT_NE(found()->time.micros, now_) << "and that is all";
}

TEST_F(ControlWatchRegion, WatchesWhatItIsTold) {
  config_.answers.watch.clear();
  append("01:00:00", "login.succeeded", "ada");
  const auto made = start();
  ASSERT_TRUE(looks_again());
  EXPECT_FALSE(found());
  made->watch([] {
    return ControlWatch::Watched{{kAcme, {kMfa, "OTP-LIFETIME", "GONE", "CODE-GUESSING"}},
                                 {base::TenantId("nobody"), {kMfa}},
                                 {kGlobex, {}}};
  });
  ASSERT_TRUE(comes([&] { return state() == "failing"; }));
  EXPECT_EQ(state(kAcme, "OTP-LIFETIME"), "nothing_to_test");
  EXPECT_EQ(found()->controls.size(), 2u) << "what is no control is passed over";
  made->watch([] { return ControlWatch::Watched{{kAcme, {"OTP-LIFETIME"}}}; });
  EXPECT_TRUE(comes([&] { return found()->controls.size() == 1; }));
  EXPECT_FALSE(has_failed());
}

TEST_F(ControlWatchRegion, GoesOnFromTheTestOfAllControls) {
  standing::Run all;
  all.time = {now_ - kHour};
  all.controls[kMfa] = {"passing", 3, 0};
  ASSERT_TRUE(book_.put(kAcme, all, "{}"));
  const auto made = start();
  ASSERT_TRUE(comes([&] { return found().has_value(); }));
  EXPECT_EQ(changes(),
            std::vector<std::string>{"acme/PRIVILEGED-MFA: passed -> nothing, items=0, exceptions=0"});
  EXPECT_EQ(book_.runs(kAcme, 100).value().size(), 1u);
}

TEST_F(ControlWatchRegion, TellsOfAChangeOnceWhereItWasNotKept) {
  std::filesystem::create_directories(region_.files().folder / "standing" / "acme.watch.json");
  const auto made = start();
  ASSERT_TRUE(comes([&] { return has_failed(); }));
  std::filesystem::remove(region_.files().folder / "standing" / "acme.watch.json");
  ASSERT_TRUE(comes([&] { return state() == "nothing_to_test"; }));
  std::set<std::string> ids;
  for (const auto& event : left_in_outbox(region_.files().folder))
    ids.insert(std::string(event.at("id").as_string()));
  EXPECT_EQ(ids, std::set<std::string>{"control.changed/acme/PRIVILEGED-MFA/0/nothing"})
      << "the log takes an id once";
}

TEST_F(ControlWatchRegion, KeepsNothingThatCannotBeRecorded) {
  const auto outbox = region_.files().folder / "outbox";
  std::filesystem::remove_all(outbox);
  ASSERT_TRUE(base::write_file_durably(outbox, "no folder", base::FileMode::readable));
  const auto made = start();
  ASSERT_TRUE(comes([&] { return has_failed(); }));
  EXPECT_FALSE(found());
  std::filesystem::remove(outbox);
  EXPECT_TRUE(comes([&] { return state() == "nothing_to_test"; }));
}

TEST_F(ControlWatchRegion, RestsNineTimesAsLongAsATestTook) {
  slow_ = milliseconds(250);
  const auto made = start();
  ASSERT_TRUE(comes([&] { return found().has_value(); }));
  const auto began = Steady::now();
  const auto before = looks_.load();
  ASSERT_TRUE(comes([&] { return looks_ > before; }));
  EXPECT_GE(Steady::now() - began, milliseconds(9 * 250 - 100));
}

}  // namespace
}  // namespace countersign::apps
