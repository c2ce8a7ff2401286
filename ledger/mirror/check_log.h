#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/mirror/authentic_tiles.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace countersign::mirror {

/// What a whole log, served or mirrored as C2SP tlog-tiles, was found to be.
struct LogCheck {
  base::LogName origin;
  std::uint64_t size = 0;
  base::Digest root;
  std::optional<std::int64_t> time;  ///< of the checkpoint, POSIX seconds, where a known key signed it
  std::uint64_t records = 0;         ///< that were read and hashed
  std::uint64_t missing = 0;         ///< of which only the hashes are there: retired by the log
  std::uint64_t chained = 0;         ///< records that name the one before by its hash, as they must
  std::vector<std::string> faults;   ///< what is wrong, in words; none: all is as it was signed
};

inline constexpr std::size_t kFaultsMax = 20;

/// What the entries of a log are: records of this product, or bytes of whatever kind.
enum class Entries { records, any };

/// Reads everything and computes the root anew from the records: trusts nothing but `keys`. Beside the root
/// it checks every hash tile, and that each record says the number, the log and the hash of the record before
/// that it must, and was not received before it. The checkpoint must be signed by the log's key. Stops at
/// kFaultsMax faults. Errors: those of the fetch, but not_found
/// for a tile, and of opening the checkpoint; what is wrong with tiles and records is a fault.
base::Result<LogCheck> check_log(const Fetch& fetch, std::span<const tree::NoteVerifier> keys,
                                 Entries entries = Entries::records);

}  // namespace countersign::mirror
