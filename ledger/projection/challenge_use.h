#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace countersign::projection {

/// What second factors did in one log over a time, by when things happened.
struct ChallengeUse {
  std::uint64_t challenges = 0;      ///< that records name, each once, however many sources told of it
  std::vector<std::string> factors;  ///< with which one was passed, sorted
};

/// Of the records that happened at or after `from` and before `before`. Reads each of them, in one short
/// transaction: about a second for a million. unavailable while the index is being made.
base::Result<ChallengeUse> read_challenge_use(const std::filesystem::path& index_file, std::int64_t log,
                                              base::Timestamp from, base::Timestamp before);

}  // namespace countersign::projection
