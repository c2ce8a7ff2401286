#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "reports/documents/store.h"
#include "reports/questionnaires/store.h"
#include "reports/trust/requests.h"

#include <map>
#include <string>

/// What belongs to the vendor and to no tenant: stores in the home region, whose system log tells of what
/// they do. They are opened beside the daemon or without it.
namespace countersign::apps {

/// Where it is kept: the first of `regions`.
const base::RegionId& home_region(const Config& config);

/// not_found where the region has no files.
base::Result<documents::Store> open_documents(const Config& config);
base::Result<questionnaires::Store> open_questionnaires(const Config& config);
base::Result<trust::Requests> open_requests(const Config& config);

/// Whether there is such a store already.
bool has_documents(const Config& config);
bool has_questionnaires(const Config& config);
bool has_requests(const Config& config);

/// What the documents say on that day; where nobody has added one, each kind is missing.
base::Result<std::map<std::string, std::string>> facts_of_documents(const Config& config,
                                                                    base::Timestamp now);

}  // namespace countersign::apps
