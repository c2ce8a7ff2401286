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
    base::Timestamp occurred, received;
    std::string type, source, proof, factor, reason;
  };
  std::string state;  ///< sent delivered undelivered failed verified expired cancelled
  std::int64_t sources = 0, sent = 0, delivered = 0, failed = 0, verified = 0;
  std::vector<Event> events;  ///< by time; at most kEventsMax
  std::int64_t events_total = 0;
  /// There are more than were counted, so every number is of that many at least. `sources` is of all, and so
  /// is `state`, except that more sent or more undelivered is of those counted. `events` are of kReadMost.
  bool more = false;
  static constexpr std::size_t kEventsMax = 1'000;
  static constexpr std::int64_t kReadMost = 10'000;
};

/// The newest life that goes by that name in a log. not_found where there is none; unavailable while the
/// index is being made.
base::Result<Life> read_life(const std::filesystem::path& index_file, std::int64_t log,
                             std::string_view name);

/// Which records may be told of: those received from then on, and before.
struct Told {
  base::Timestamp from{INT64_MIN}, before{INT64_MAX};
};

/// The life that the record with that number tells of, made of the records that may be told of and no others.
/// not_found where the record names no challenge, or may not be told of; unavailable while the index is being
/// made or has not come to the record.
base::Result<Life> read_life_of(const std::filesystem::path& index_file, std::int64_t log, std::uint64_t seq,
                                const Told& told = {});

}  // namespace countersign::projection
