#pragma once

#include "collector/protocols/syslog.h"
#include "ledger/base/metrics.h"

#include <array>
#include <cstddef>
#include <string>

namespace countersign::syslog {

/// A step of a connection that has a deadline.
enum class Step { handshake, idle, frame };

/// Why the framing of a connection is lost.
enum class FramingError {
  length,     ///< no length, or a wrong one
  too_long,   ///< longer than the limit
  truncated,  ///< the connection ended within a message
};

/// A server's counters. Thread-safe.
class SyslogMetrics {
 public:
  /// `metrics` outlives this.
  SyslogMetrics(base::Metrics& metrics, const std::string& listener);

  void count_malformed(protocols::SyslogPart part) { malformed_[static_cast<std::size_t>(part)]->add(); }
  void count_framing_error(FramingError error) { framing_errors_[static_cast<std::size_t>(error)]->add(); }
  void count_timeout(Step step) { timeouts_[static_cast<std::size_t>(step)]->add(); }

  base::Metric& open;  ///< a gauge
  base::Metric& accepted;
  base::Metric& refused;
  base::Metric& handshake_failures;
  base::Metric& accept_errors;
  base::Metric& messages;
  base::Metric& retries;
  base::Metric& lost;
  base::Metric& handler_failures;

 private:
  std::array<base::Metric*, 7> malformed_{};
  std::array<base::Metric*, 3> framing_errors_{};
  std::array<base::Metric*, 3> timeouts_{};
};

}  // namespace countersign::syslog
