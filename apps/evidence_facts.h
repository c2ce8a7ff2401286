#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "reports/answers/facts.h"

#include <map>
#include <string>

namespace countersign::apps {

/// What is known of a tenant's evidence in a region that is kept here, as answers go by it; docs/facts.md
/// says what each fact is. `registry` has the rules of retention; `documents` are facts of the vendor's
/// documents, by name. A fact that is not known is not there; none is a personal value, or who somebody is.
///
/// Reads files of the region in short transactions, beside the daemon or without it, and waits up to ten
/// seconds for an index that is behind what is signed. Blocks; any thread, any process. Errors: not_found for
/// a tenant that is not registered, or a region that has no files; unavailable while the index is being made
/// or is behind; else those of reading ledger, index and standing: nothing is told where a part of it cannot
/// be read.
base::Result<answers::Facts> evidence_facts(const Config& config, const ingest::Registry& registry,
                                            const base::RegionId& region, const base::TenantId& tenant,
                                            const std::map<std::string, std::string>& documents,
                                            base::Timestamp now);

/// The same with what the vendor's documents say at that time.
base::Result<answers::Facts> evidence_facts(const Config& config, const ingest::Registry& registry,
                                            const base::RegionId& region, const base::TenantId& tenant,
                                            base::Timestamp now);

/// The registry with the rules of retention, read from their files, for who has none at hand.
base::Result<ingest::Registry> registry_with_rules(const Config& config);

}  // namespace countersign::apps
