#pragma once

#include "ledger/base/result.h"
#include "web/decisions/fact.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>

namespace countersign::decisions {

/// How far the index of a region has come in each log, by the log's number: records below are in it.
using Indexed = std::map<std::int64_t, std::uint64_t>;

/// Reads from the index who was deprovisioned, suspended and provisioned, so that this need not be looked for
/// in the whole ledger. `begin` is told first how far the index has come; then `visit` gets each such record
/// below that, log by log and in order. Of `Told::fact` kind, seq and the times are set. What was retired is
/// in no index. not_found, unavailable or failed_precondition where there is no index of this version yet;
/// data_loss where it is damaged; else the errors of `visit`.
base::Result<void> read_user_events(
    const std::filesystem::path& index_file, const std::function<void(const Indexed&)>& begin,
    const std::function<base::Result<void>(std::int64_t log, const Told&)>& visit);

}  // namespace countersign::decisions
