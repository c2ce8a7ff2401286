#pragma once

#include "collector/ingest/registry.h"
#include "collector/ingest/source_book.h"
#include "ledger/base/metrics.h"

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <vector>

namespace countersign::apps {

/// A source fell silent for longer than it should, or was heard again.
struct SilenceChange {
  base::SourceName source;
  std::vector<base::TenantId> tenants;  ///< for which it sends; empty: for any
  bool silent = false;
  base::Timestamp since;  ///< when it was heard last; where it never was, when it was registered
  base::Timestamp noticed;
  std::int64_t interval_s = 0;
};

/// Watches the sources that have an interval. A source is given its interval after the daemon starts, so that
/// a stop of ours is no silence of theirs. One thread.
class SilenceWatch {
 public:
  /// `metrics` outlives the watch.
  SilenceWatch(base::Timestamp started, base::Metrics& metrics) : started_(started), metrics_(metrics) {}

  /// What has changed since the last look. Sets the metric countersign_source_silent of each watched source.
  std::vector<SilenceChange> look(const ingest::Registry& registry, const ingest::SourceBook& book,
                                  base::Timestamp now);

 private:
  const base::Timestamp started_;
  base::Metrics& metrics_;
  std::set<std::string> silent_;
};

/// Says it in the log.
void log_silence(const SilenceChange& change);

/// The finding, as an event of the system log. The same silence always makes the same event.
boost::json::object silence_event(const SilenceChange& change);

}  // namespace countersign::apps
