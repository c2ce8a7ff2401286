#pragma once

#include "ledger/base/metrics.h"
#include "ledger/base/time.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace countersign::apps {

/// Warns of certificates that expire: in the log when 30, 7 and 1 days are left and when none is, each once
/// and again after a start, and in countersign_certificate_expiry_timestamp_seconds{certificate}. One thread.
class CertificateWatch {
 public:
  /// `metrics` outlives it.
  explicit CertificateWatch(base::Metrics& metrics) : metrics_(metrics) {}

  /// Reads the first certificate of a file, for the first time or anew; what it was before counts no more.
  /// Where it cannot be read that is logged once, and nothing changes.
  void read(const std::string& name, const std::filesystem::path& file);
  void look(base::Timestamp now);

 private:
  struct Watched {
    std::filesystem::path file;
    base::Timestamp not_after;
    int warned_days = 1'000;  ///< the least number of days that was warned of
  };
  base::Metrics& metrics_;
  std::map<std::string, Watched> watched_;  ///< by name
  std::set<std::string> unreadable_;        ///< that was said
};

/// Of how many days a warning is due: 30, 7, 1, or 0 for one that has expired; 1,000 where none is. Pure.
int warning_due(base::Timestamp not_after, base::Timestamp now);

}  // namespace countersign::apps
