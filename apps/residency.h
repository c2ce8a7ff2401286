#pragma once

#include "apps/config.h"
#include "apps/region_directories.h"
#include "collector/ingest/registry.h"
#include "exporters/jsonl/totals.h"
#include "exporters/verify/residency.h"
#include "ledger/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// A time in which a stream sent records of the tenant, or what was found in them, out of a region to a SIEM,
/// as the region's system log tells: `stream.started` with other settings begins another.
struct StreamSpan {
  std::string name;
  std::string destination;  ///< region or country, as the settings had it
  base::Timestamp from;
  std::optional<base::Timestamp> until;
};

/// A stream as the settings have it now.
struct ConfiguredStream {
  std::string name;
  std::string destination;  ///< region or country
  std::string where;        ///< StreamSettings::text()
};

/// What one region of this appliance holds of a tenant.
struct RegionHolding {
  base::RegionId region;
  std::string directory;
  FileSystem file_system;     ///< as of now
  std::uint64_t records = 0;  ///< received in the period
  std::optional<base::Timestamp> first_received, last_received;
  std::uint64_t values_present = 0;  ///< different personal values that these records refer to, in the vault
  std::uint64_t values_erased = 0;   ///< that they refer to, and the vault no longer has
  std::vector<verify::SystemRecord> exports;  ///< of the period, as the region's system log tells
  std::vector<StreamSpan> streams;            ///< that touch the period
  std::vector<ConfiguredStream> configured;   ///< that take something of the tenant now
  std::vector<base::Timestamp> moves;         ///< when moves of any time were recorded there
};

/// Who was pinned where, and what each region holds of it. Regions are read one after the other and joined
/// as figures: no record of one is held beside a record of another.
struct ResidencyReport {
  base::TenantId tenant;
  jsonl::Period period;
  struct RegistryPin {
    base::RegionId region;
    base::Timestamp from;
    std::optional<base::Timestamp> until;
    std::string reason, by;  ///< of the move that began it; empty: it was added there
  };
  std::vector<RegistryPin> pins;  ///< that touch the period
  std::vector<RegionHolding> regions;
};

/// Reads every region's ledger and vault; memory grows by 32 bytes for each different value of the period.
/// not_found where the tenant is not registered; data_loss where a record does not read. `progress` gets the
/// records done, of all that there are in the period.
base::Result<ResidencyReport> residency_report(
    const Config& config, const ingest::Registry& registry, const base::TenantId& tenant,
    const jsonl::Period& period,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace countersign::apps
