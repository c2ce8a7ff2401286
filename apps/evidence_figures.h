#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <map>
#include <string>

namespace countersign::apps {

/// For how long a challenge and a factor count.
inline constexpr std::int64_t kFiguresDays = 30;

/// The figures of a tenant's log and of the appliance that answers go by, as docs/facts.md lists them, by
/// name: `records`, `last_record`. What is not known is not there. Threads and errors as evidence_facts().
base::Result<std::map<std::string, std::string>> evidence_figures(const Config& config,
                                                                  const ingest::Registry& registry,
                                                                  const base::RegionId& region,
                                                                  const base::TenantId& tenant,
                                                                  base::Timestamp now);

}  // namespace countersign::apps
