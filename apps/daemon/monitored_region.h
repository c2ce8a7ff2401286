#pragma once

#include "apps/daemon/region.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "reports/monitor/monitor.h"
#include "reports/monitor/position_book.h"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::apps {

/// Judges what is new in the logs of one region's tenants, and records what is found. Used by Monitoring; one
/// thread.
class MonitoredRegion {
 public:
  struct Options {
    base::RegionId id;
    store::RegionFiles files;
    store::Appender* appender = nullptr;    ///< that writes the region's ledger; outlives this
    std::size_t events_at_once = 100;       ///< that are handed to it together
    std::uint64_t records_max = 1'000'000;  ///< that are kept in memory
    std::function<bool()> stopped;
    base::Clock clock;
  };
  /// Reads how far each log was judged; where that was never written, or cannot be read, judging begins at
  /// the end of each log, which is remembered. Errors as of reading a ledger. `metrics` outlives it.
  static base::Result<MonitoredRegion> open(Options options, base::Metrics& metrics);

  /// From now on so many events are handed to the appender together.
  void set_events_at_once(std::size_t most) { options_.events_at_once = most; }

  /// Judges what has come. True where there is more to judge at once.
  bool step(const ingest::Registry& registry);

  /// Remembers how far it came, where step() thought it too early to write.
  void save();

 private:
  struct Log {
    monitor::Monitor monitor;
    std::vector<std::string> settings;  ///< of its detections' parameters
    base::Timestamp policies_due;       ///< when they are read again
    bool outdated = false;              ///< they say other parameters
    std::uint64_t rows_cut = 0;         ///< of which the metric knows
  };
  MonitoredRegion(Options options, store::LedgerReader ledger, base::Metrics& metrics);

  bool is_monitored(const store::LogHead& head, const ingest::Registry& registry) const;
  base::Result<bool> look(const ingest::Registry& registry);
  base::Result<bool> judge(const store::LogHead& head, const ingest::Registry& registry, base::Timestamp now);
  base::Result<Log*> monitor_of(const store::LogHead& head, const ingest::Registry& registry,
                                base::Timestamp now);
  base::Result<void> follow_policies(const base::TenantId& tenant, Log& log, const ingest::Registry& registry,
                                     base::Timestamp now);
  void forget_replaced_index();
  void follow_registry(const ingest::Registry& registry, base::Timestamp now);
  void found(const base::TenantId& tenant, const std::vector<monitor::Finding>& findings,
             base::Timestamp now);
  base::Result<void> record_findings();
  base::Result<void> write_positions(base::Timestamp now);
  void tell_failures(const base::TenantId& tenant, Log& log);
  base::Metric& opened(const std::string& control);
  base::Metric& failures(const std::string& control);
  void report(const std::string& what, const base::Result<void>& done);

  Options options_;
  store::LedgerReader ledger_;
  base::Metrics& metrics_;
  base::Metric& behind_;
  base::Metric& cut_;
  monitor::Positions positions_;
  std::map<std::string, Log> logs_;  ///< by name
  std::optional<std::pair<std::uint64_t, std::uint64_t>>
      index_;                      ///< device and number of the file that they read
  std::uint64_t rows_of_log_ = 0;  ///< that each log may keep in memory
  std::deque<std::pair<std::string, boost::json::object>> waiting_;  ///< control and event, to be recorded
  const ingest::Registry* registry_ = nullptr;                       ///< of the last look, to compare with
  bool moved_ = false;  ///< positions_ are not those that are written
  base::Timestamp written_{};
  std::map<std::string, std::string> told_;
};

}  // namespace countersign::apps
