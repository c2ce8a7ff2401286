#pragma once

#include "apps/daemon/operations/allowance.h"
#include "collector/http/server.h"
#include "ledger/base/metrics.h"
#include "ledger/crypto/entropy.h"

#include <spdlog/common.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace countersign::apps {

/// A line of the log for each request that was answered: `http.request` with `request`, `method`, `route`,
/// `status`, `duration_ms` and `client`. What was refused (4xx) is `info`, what this appliance could not do
/// (5xx) `warning`, the rest `debug`.
///
/// No line has the path, the query, a name or an address: they may be a person's. `client` stands for the
/// address, by a key that is made anew at each start and kept nowhere: so what one client did can be told
/// from what many did, and nothing can be traced back later.
///
/// Of what was refused, and of what was not served, there are 100 lines at once and 5 a second after that,
/// each for itself (`debug`: 2,000 and 200): a flood of requests fills no disk, and hides no fault of the
/// appliance. How many were left out is said once a minute at most. Thread-safe.
class AccessLog {
 public:
  /// `metrics` outlives it.
  AccessLog(base::Metrics& metrics, const crypto::Entropy& entropy);

  void answered(const http::Exchange& exchange);
  /// Says how many lines were left out. To be called now and then.
  void tell_left_out();

 private:
  std::string client_of(std::string_view peer) const;
  Allowance& allowance(spdlog::level::level_enum level);

  base::Metric& left_out_;
  std::array<std::uint8_t, 32> key_{};
  std::mutex mutex_;
  Allowance refused_{5, 100};  ///< guarded by mutex_, as are the next
  Allowance failed_{5, 100};
  Allowance served_{200, 2'000};
};

}  // namespace countersign::apps
