#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/retention/rules.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/store.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace countersign::retention {

/// Records `begin` up to, not including, `end`.
struct SealRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// A range is sealed when it is this long, or when its records span TenantRules::granule_s(): so a small log
/// is sealed about once a month, too.
inline constexpr std::uint64_t kSegmentRecords = 65'536;

/// The next range of a log to be sealed: the oldest records that are not hot any more and that a checkpoint
/// covers. Empty where there is none yet.
base::Result<std::optional<SealRange>> next_to_seal(store::LedgerReader& reader, const store::LogHead& log,
                                                    const TenantRules& rules, base::Timestamp now);

/// Writes the files of a range, one for each time of keeping, reads them back and compares them with the
/// log's hashes. What is given is for Store::seal; until then the files mean nothing and are written again.
base::Result<std::vector<store::NewSegment>> write_segments(store::LedgerReader& reader,
                                                            const store::LogHead& log, const SealRange& range,
                                                            const TenantRules& rules, base::Timestamp now,
                                                            const std::filesystem::path& folder);

}  // namespace countersign::retention
