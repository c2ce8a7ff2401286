#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/segment.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace countersign::store {

/// What the sealed ranges of a log hold.
struct SealedCheck {
  std::uint64_t records = 0;  ///< that are kept in files
  std::uint64_t retired_records = 0;
  std::uint64_t retired_keys = 0;  ///< the part of retired records in the sum over idempotency rows
  std::vector<RetirementStatement> retired;
};

/// Checks what the sealed ranges of a log say: that they follow one another from the log's beginning, name
/// the log, and fit the record hashes, that each file that is kept has the SHA-256 that was stated and holds
/// what is said of it (types, times, bytes, keys), and that the table holds no other record in a sealed
/// place. data_loss for the first that is wrong; aborted where `stopped`, unless it is empty, says so between
/// two files.
base::Result<SealedCheck> verify_sealed(LedgerReader& reader, const LogHead& log,
                                        const std::filesystem::path& segments,
                                        const std::function<bool()>& stopped = {});

}  // namespace countersign::store
