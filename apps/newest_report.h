#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/schema.h"

#include <map>
#include <string>

namespace countersign::apps {

/// What the region's system log tells of the newest report of the tenant: `sha256`, of its JSON; `from` and
/// `until`, the period; `made`; `framework`; `controls`, how many it is of, and `exceptions`, with how many
/// of them some were noted. Empty where it tells of none. Errors: those of reading ledger and index;
/// unavailable while the index is being made. Blocks; any thread.
base::Result<std::map<std::string, std::string>> newest_report(const store::RegionFiles& files,
                                                               const base::TenantId& tenant);

}  // namespace countersign::apps
