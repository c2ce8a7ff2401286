#pragma once

#include "ledger/base/metrics.h"

#include <array>

namespace countersign::http {

/// A step of a connection that has a deadline.
enum class Step { handshake, idle, header, body, handle, write };

/// Why a connection was closed as soon as it was accepted.
enum class Refused { total, address };

/// The server's counters. Thread-safe.
class HttpMetrics {
 public:
  /// `metrics` outlives this.
  explicit HttpMetrics(base::Metrics& metrics);

  void count_answer(int status);
  void count_timeout(Step step) { timeouts_[static_cast<std::size_t>(step)]->add(); }
  void count_refused(Refused reason) { refused_[static_cast<std::size_t>(reason)]->add(); }

  base::Metric& open;  ///< a gauge
  base::Metric& accepted;
  base::Metric& framing_errors;
  base::Metric& handshake_failures;
  base::Metric& accept_errors;
  base::Metric& handler_failures;  ///< exceptions, dropped answers and answers that cannot be sent

 private:
  std::array<base::Metric*, 4> answers_{};  ///< 2xx to 5xx
  std::array<base::Metric*, 6> timeouts_{};
  std::array<base::Metric*, 2> refused_{};
};

}  // namespace countersign::http
