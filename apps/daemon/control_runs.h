#pragma once

#include "apps/config.h"
#include "apps/reporting.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/time.h"
#include "web/standing/standing_book.h"
#include "web/standing/standing_routes.h"

#include <boost/json/object.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace countersign::apps {

/// A report of all controls over the 30 days before.
ReportOptions last_days_of(const base::TenantId& tenant, base::Timestamp now);

/// Tests the controls of each tenant that is pinned to a region kept here, `controls.every_hours` after it
/// did so last, over the 30 days before, one tenant after another on a thread of the lowest priority; orders
/// of people and what is due take turns. Each test is a report of all controls, is recorded in the region's
/// system log as others are, and is then kept in the region's book. A tenant without records is passed over.
class ControlRuns {
 public:
  static constexpr std::size_t kOrdersMax = 64;  ///< of people, that wait for their turn

  using FindRegistry = std::function<std::shared_ptr<const ingest::Registry>()>;

  /// Begins at once; with an interval of 0 it waits for orders. `metrics` outlives it; `registry` is called
  /// from its thread.
  ControlRuns(const Config& config, FindRegistry registry, base::Metrics& metrics, base::Clock clock);
  ~ControlRuns() { stop(); }
  ControlRuns(const ControlRuns&) = delete;
  ControlRuns& operator=(const ControlRuns&) = delete;

  /// Any thread; of a region that is kept here.
  standing::Book& book(const base::RegionId& region) { return *books_.at(region); }
  /// An order waits for its turn, and then up to a minute for the first checkpoint and the index.
  standing::Ordered begin(const base::RegionId& region, const base::TenantId& tenant,
                          boost::json::object members);
  bool is_running(const base::RegionId& region, const base::TenantId& tenant);
  /// All of these, as the routes want them.
  standing::Calls calls();

  /// Waits for the test that is made; what waits for its turn is given up. A second call waits for the first.
  void stop();

 private:
  using Whose = std::pair<base::RegionId, base::TenantId>;
  struct Order {
    Whose whose;
    boost::json::object members;
    int tries = 0;
    std::chrono::steady_clock::time_point after = {};  ///< not before then
  };
  void run();
  bool has_order() const;
  bool carry_out_order();
  std::optional<Order> take_order();
  void end_turn(std::optional<Order> again = std::nullopt);
  bool look();
  std::int64_t rest_s(const Whose& whose);
  base::Timestamp first_due(const Whose& whose);
  enum class Outcome { kept, not_yet, failed };
  Outcome test(const Whose& whose, const boost::json::object* members);
  base::Result<bool> test_now(const Whose& whose, base::Timestamp now, const boost::json::object* members);
  base::Metric& failed(const base::RegionId& region);

  const Config config_;
  const FindRegistry registry_;
  base::Metrics& metrics_;
  const base::Clock clock_;
  std::map<base::RegionId, std::unique_ptr<standing::Book>> books_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_, as the next two are
  std::deque<Order> orders_;
  std::optional<Whose> running_;
  std::map<Whose, base::Timestamp> due_;  ///< the thread's own
  std::thread thread_;
};

}  // namespace countersign::apps
