#pragma once

#include "ledger/base/result.h"
#include "reports/monitor/monitor.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace countersign::monitor {

/// How far each log of a region was judged: the file `monitor.json` of the region.
///
///     {"v":1,"logs":{"<origin>/<region>/<tenant>":{"next":120,"judged_until":"2026-01-31T09:30:00.000001Z"}}}
using Positions = std::map<std::string, Position>;

/// not_found where there is no file; data_loss where it is not one of these.
base::Result<Positions> read_positions(const std::filesystem::path& file);

/// Durably; a crash leaves the file of before or the new one.
base::Result<void> write_positions(const std::filesystem::path& file, const Positions& positions);

}  // namespace countersign::monitor
