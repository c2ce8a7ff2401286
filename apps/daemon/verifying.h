#pragma once

#include "apps/config.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/schema.h"
#include "web/api/overview_routes.h"

#include <boost/json/object.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace countersign::apps {

/// When a region is verified for the first time after a start: at once where what is in its log is older than
/// the interval, else within an hour. `last` is when the log was verified last; where it never was, when it
/// began. Pure.
base::Timestamp first_verification(base::Timestamp started, base::Timestamp last, double every_hours);

/// Verifies the ledger of each region by itself, `verification.every_hours` after it did so last, one after
/// another on a thread of the lowest priority, and puts what came of it into the region's system log, through
/// the outbox. What is wrong is also logged, and counted in `countersign_verification_failures_total`.
class Verifying {
 public:
  /// Begins at once, unless the interval is 0. `metrics` outlives it.
  Verifying(Config config, base::Metrics& metrics, base::Clock clock);
  ~Verifying() { stop(); }
  Verifying(const Verifying&) = delete;
  Verifying& operator=(const Verifying&) = delete;

  /// Gives up the verification that goes on, which is done anew after the next start. A second call waits for
  /// the first.
  void stop();

 private:
  base::Metric& failed(const base::RegionId& region);
  void run();
  bool stopping();
  void look();
  void look_at(const base::RegionId& region);
  void verify(const base::RegionId& region);
  void record(const base::RegionId& region, boost::json::object event);
  void record_what_waits();

  const Config config_;
  base::Metrics& metrics_;
  const base::Clock clock_;
  const base::Timestamp started_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_
  // The thread's own.
  std::map<base::RegionId, base::Timestamp> due_;  ///< of regions of which it is known
  /// For room on the disk.
  std::vector<std::pair<base::RegionId, boost::json::object>> waiting_;
  std::thread thread_;
};

/// When a region's ledger was verified last, as its system log says; where it does not, when that log began.
/// not_found where there is no log yet; unavailable and others where it cannot be read just now.
base::Result<base::Timestamp> last_verified(const store::RegionFiles& files);

/// The newest verification that the region's system log tells of, by whomever it was; empty where it tells of
/// none. Errors as of reading a ledger or an index.
base::Result<std::optional<api::Verification>> newest_verification(const store::RegionFiles& files);

}  // namespace countersign::apps
