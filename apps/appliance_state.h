#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>

/// What an administrator is told of the appliance itself, read from its files as they are now. Each blocks;
/// any thread.
namespace countersign::apps {

/// `regions`: those that are kept here, with the bytes of their files, what is free on their file systems,
/// and how many logs and records they hold; and those that are kept elsewhere, with their addresses.
base::Result<boost::json::object> regions_state(const Config& config);

/// Records of each tenant over the regions that are kept here, retired ones included.
base::Result<std::map<base::TenantId, std::uint64_t>> records_of_tenants(const Config& config);

/// When a backup of the region was recorded last; empty where its system log tells of none. Errors: as those
/// of backups_state.
base::Result<std::optional<base::Timestamp>> last_backup(const store::RegionFiles& files);

/// `backups`: of each region the last `backup.performed` and `backup.restored` of its system log; and
/// `repositories`, of how many the key is known here. Errors: unavailable while an index is being made.
base::Result<boost::json::object> backups_state(const Config& config);

/// Whether something is wrong (`degraded`), the alarms that stand, versions, the clock, listeners, the
/// server's certificate, whether the registry that is in force is the one of the file, and of each region
/// what is free on its file system and waits for its ledger.
base::Result<boost::json::object> health_state(const Config& config, const ingest::Registry& in_force,
                                               base::Metrics& metrics);

}  // namespace countersign::apps
