#include "reports/engine/guarded_run.h"
#include "reports/monitor/monitor.h"
#include "tests/reports/controls/year_plan.h"
#include "tests/reports/monitor/index_of.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

namespace countersign::testing {
namespace {

using Found = std::map<std::string, std::multiset<std::string>>;  ///< items by detection

/// A year in which somebody does what each detection looks for.
const Year& violations() {
  static const Year kYear = [] {
    YearPlan plan(8);
    plan_violations(plan);
    return plan.tell();
  }();
  return kYear;
}

std::map<std::string, base::Timestamp> revoked() { return {{"legacy", {at("2025-11-30T00:00:00Z")}}}; }

/// What a report over all of it finds.
const Found& reported() {
  static const Found kFound = [] {
    Found found;
    auto workspace = violations().tale.workspace("2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    for (const auto& one : reports::Catalogue::built_in().definitions()) {
      if (one.kind != reports::Kind::detection) continue;
      const auto result = reports::run_control(workspace, one, {});
      EXPECT_TRUE(result) << result.error().message;
      for (const auto& exception : result->exceptions) found[one.id].insert(reports::to_text(exception.item));
    }
    return found;
  }();
  return kFound;
}

class Listener {
 public:
  explicit Listener(std::uint64_t seed) : random_(seed) { open({}); }

  std::uint64_t random(std::uint64_t n) { return 1 + random_() % n; }
  bool at_end() const { return monitor_->position().next == index_.size(); }
  void restart() { open(monitor_->position()); }
  void advance(std::uint64_t records) {
    const auto findings = monitor_->advance(std::min(index_.size(), monitor_->position().next + records));
    ASSERT_TRUE(findings) << findings.error().message;
    for (const auto& one : *findings) found[one.control].insert(one.item);
    for (const auto& one : monitor_->take_failures()) ADD_FAILURE() << one.control << ": " << one.what;
  }

  Found found;

 private:
  void open(const monitor::Position& position) {
    monitor::Monitor::Options options;
    options.index_file = index_.file();
    options.log = IndexOf::kLog;
    options.tenant = base::TenantId("acme");
    options.position = position;
    options.detections = monitor::detections({}, {});
    options.records_at_once = random(1'000);
    auto opened = monitor::Monitor::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(opened->set_revoked(revoked()));
    monitor_ = std::make_unique<monitor::Monitor>(std::move(*opened));
  }

  std::mt19937_64 random_;
  IndexOf index_{violations().tale.records()};
  std::unique_ptr<monitor::Monitor> monitor_;
};

TEST(SameFindings, EveryDetectionHasSomethingToFind) {
  for (const auto& one : monitor::detections({}, {})) EXPECT_TRUE(reported().contains(one.id)) << one.id;
}

TEST(SameFindings, AsAReportHasWhereverTheRunsAreCutAndEachOnce) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    Listener listener(seed);
    while (!listener.at_end() && !HasFatalFailure()) listener.advance(listener.random(200));
    EXPECT_EQ(listener.found, reported()) << "seed " << seed;
  }
}

TEST(SameFindings, AsAReportHasWhereTheMonitorIsOpenedAnewAgainAndAgain) {
  Listener listener(6);
  while (!listener.at_end() && !HasFatalFailure()) {
    listener.advance(listener.random(200));
    if (listener.random(40) == 1) listener.restart();
  }
  EXPECT_EQ(listener.found, reported());
}

}  // namespace
}  // namespace countersign::testing
