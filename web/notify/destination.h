#pragma once

#include "ledger/base/types.h"
#include "web/notify/delivery.h"
#include "web/notify/notice.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace countersign::notify {

/// What came of an attempt.
struct Outcome {
  enum class Kind {
    taken,
    failed,   ///< to be tried again
    ended,    ///< the destination wants no more
    stopped,  ///< not tried to its end, because the daemon stops
  };
  Kind kind = Kind::taken;
  std::string
      why;  ///< one sentence without a full stop; holds no secret and nothing that the other side said
  std::int64_t wait_s = 0;  ///< the other side asks for so much time before the next attempt
};

/// Asked often by whoever waits for something: whether to give up because the daemon stops.
using Stop = std::function<bool()>;

/// Makes one attempt, which ends by itself in a time that is bounded. One thread at a time.
using Send = std::function<Outcome(const Delivery&, const Stop&)>;

/// When to try again, in seconds after each failed attempt; after the last one a delivery is given up. As
/// Standard Webhooks suggests.
inline const std::vector<std::int64_t> kRetrySeconds = {5,      300,    1'800,  7'200, 18'000,
                                                        36'000, 50'400, 72'000, 86'400};

/// Where notices go to.
struct Destination {
  std::string name;
  std::vector<std::string> tenants;  ///< whose findings; empty: all tenants'
  std::string least_severity = "low";
  bool findings = true;    ///< whether it is told of findings
  bool documents = false;  ///< whether it is told of documents, whoever the tenants are
  bool answers = false;    ///< whether it is told of answers; of the same tenants
  bool requests = false;   ///< whether it is told of requests for access, whoever the tenants are
  std::vector<std::int64_t> retry_s = kRetrySeconds;
  Send send;

  /// Whether a notice is for it. A severity that is not known is never too low.
  bool wants(const Notice& notice) const;
};

}  // namespace countersign::notify
