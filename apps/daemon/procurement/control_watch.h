#pragma once

#include "apps/config.h"
#include "apps/reporting.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/time.h"
#include "web/standing/standing_book.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace countersign::apps {

/// Tests the controls that something hangs on soon after what they go by has changed: those of
/// `answers.watch`, of each tenant that is pinned to a region kept here, and those that watch() names. A
/// tenant is tested when its log or the system log of its region has a newer checkpoint than at its last
/// test, when other controls are watched, when the hour changes, and once after the start; and once more half
/// a minute after the logs have grown, for records whose time lies a little ahead. One tenant is tested at a
/// time, on a thread of the lowest priority that rests nine times as long as each test took.
///
/// What a test finds is kept in the region's book apart from the tests of all, and leaves no record, but
/// where the state of a control is another than at its last test: that is recorded in the region's system log
/// as `control.changed` before it counts.
class ControlWatch {
 public:
  using FindRegistry = std::function<std::shared_ptr<const ingest::Registry>()>;
  using FindBook = std::function<standing::Book&(const base::RegionId&)>;
  /// Ids of controls by tenant. An id that is no control's is passed over.
  using Watched = std::map<base::TenantId, std::set<std::string, std::less<>>>;
  using FindWatched = std::function<Watched()>;

  struct Pace {
    std::chrono::milliseconds look{1'000};  ///< between two looks
    /// A period ends with the second in which it is tested: what a sender's clock put behind that is tested
    /// so much later.
    std::chrono::milliseconds ahead{30'000};
    std::chrono::milliseconds again{10'000};         ///< where nothing can be tested yet
    std::chrono::milliseconds failed_again{60'000};  ///< where a test failed
  };

  /// Begins at once. `metrics` and what `book` gives outlive it; all are called from its thread.
  ControlWatch(const Config& config, FindRegistry registry, FindBook book, base::Metrics& metrics,
               base::Clock clock, const Pace& pace);
  ~ControlWatch() { stop(); }
  ControlWatch(const ControlWatch&) = delete;
  ControlWatch& operator=(const ControlWatch&) = delete;

  /// What else is watched from now on; it is called at each look. Any thread.
  void watch(FindWatched more);

  /// Waits for the test that is made. A second call waits for the first.
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  /// What was there when a tenant was tested.
  struct Seen {
    std::uint64_t log = 0, system_log = 0;  ///< what the newest checkpoints cover
    std::int64_t hour = 0;
    std::set<std::string, std::less<>> ids;
    bool operator==(const Seen&) const = default;
  };
  struct Of {
    base::RegionId region;
    Seen now;                     ///< at the last look
    Steady::time_point since{};   ///< when the logs were first seen like that
    std::optional<Seen> seen;     ///< at its last test; empty: it had none since the start
    bool once_more = false;       ///< that test came right behind the records
    Steady::time_point tested{};  ///< when it ended
    Steady::time_point not_before{};
  };
  struct Due {
    base::TenantId tenant;
    base::RegionId region;
    Seen now;
  };
  void run();
  Steady::duration look();
  Watched watched(const ingest::Registry& registry);
  std::optional<Due> next_due(const ingest::Registry& registry);
  bool is_due(Of& of, const Seen& now) const;
  void test(const Due& due);
  base::Result<bool> test_now(const Due& due, base::Timestamp now);
  base::Result<void> keep(const Due& due, const reports::Report& report, base::Timestamp now);
  base::Metric& failed(const base::RegionId& region);

  const Config config_;
  const FindRegistry registry_;
  const FindBook book_;
  base::Metrics& metrics_;
  const base::Clock clock_;
  const Pace pace_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_, as the next is
  FindWatched more_;
  std::map<base::TenantId, Of> tenants_;  ///< the thread's own
  std::thread thread_;
};

}  // namespace countersign::apps
