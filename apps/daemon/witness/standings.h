#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "web/api/overview_routes.h"

#include <vector>

namespace countersign::apps {

/// What each witness of `[[witnesses]]` has cosigned last of a log, from the region's book. Blocks on the
/// disk; any thread, as the next.
base::Result<std::vector<api::WitnessStanding>> witness_standings(const Config& config,
                                                                  const base::RegionId& region,
                                                                  const base::LogName& log);

/// The alarms about a log that nobody has acknowledged, the oldest first.
base::Result<std::vector<api::StandingAlarm>> standing_alarms(const Config& config, const base::LogName& log);

}  // namespace countersign::apps
