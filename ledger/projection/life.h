#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

/// One challenge with everything that any source told of it; see ChallengeLives.
struct Life {
  struct Event {
    std::uint64_t seq = 0;
    base::Timestamp occurred;
    std::string type, source, proof, factor, reason;
  };
  std::string state;  ///< sent delivered undelivered failed verified expired cancelled
  std::int64_t sources = 0, sent = 0, delivered = 0, failed = 0, verified = 0;
  std::vector<Event> events;  ///< by time; at most 1,000
};

/// The newest life that goes by that name in a log. not_found where there is none; unavailable while the
/// index is being made.
base::Result<Life> read_life(const std::filesystem::path& index_file, std::int64_t log,
                             std::string_view name);

}  // namespace countersign::projection
