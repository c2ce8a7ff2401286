#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"

#include <span>
#include <vector>

namespace countersign::apps {

/// The logs of a region that are there, and of size 0 those that should be: of each tenant that one of the
/// registries keeps in the region, and of each log of the region that the head memory knows. By name. Errors
/// of reading the ledger.
base::Result<std::vector<store::LogHead>> expected_logs(store::LedgerReader& ledger,
                                                        std::span<const ingest::Registry> registries,
                                                        const store::HeadMemory& heads);

/// The registry of a configuration; one without tenants where there is no file. Errors as Registry::load.
base::Result<ingest::Registry> registry_if_there(const std::filesystem::path& file);

}  // namespace countersign::apps
