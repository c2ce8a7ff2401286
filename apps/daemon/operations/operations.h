#pragma once

#include "apps/config.h"
#include "apps/daemon/operations/access_log.h"
#include "apps/daemon/operations/certificate_watch.h"
#include "apps/daemon/operations/clock_watch.h"
#include "apps/daemon/operations/process_metrics.h"
#include "apps/daemon/operations/region_metrics.h"
#include "collector/http/server.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign::apps {

/// What an operator watches the appliance by, beside what each part of it counts itself: the log of requests,
/// and a thread that looks at the clock each second and at everything else each ten.
class Operations {
 public:
  /// `metrics` outlives it.
  Operations(const Config& config, base::Metrics& metrics);
  ~Operations() { stop(); }
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  /// Has the requests of a server logged. This outlives the server.
  void watch(http::Handler& handler);

  /// Begins to look, for the first time before it returns.
  void start();
  /// A second call waits for the first.
  void stop();

  /// The configuration was read again after SIGHUP. `in_force` is changed to what is in force since; what
  /// changed, and what needs a restart, is logged by name. `certificate`: whether the listeners serve the
  /// certificate that is in the file now. Where they do not, the one that they serve stays watched, and the
  /// reload counts as failed.
  void reloaded(ConfigMembers& in_force, const Config& fresh, const base::Result<void>& certificate);
  /// It could not be.
  void not_reloaded(const base::Error& error);

 private:
  void run();
  void look();
  void read_served();
  void read_signer();
  void set_reload_metrics(bool good);

  const std::filesystem::path file_;
  const bool tls_;
  const Config::Keys keys_;
  base::Metrics& metrics_;
  AccessLog access_log_;
  ProcessMetrics process_;
  std::mutex looking_;
  std::vector<RegionMetrics> regions_;  ///< guarded by looking_, as certificates_ is
  CertificateWatch certificates_;
  ClockWatch clock_;  ///< the thread's own, once it runs
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace countersign::apps
