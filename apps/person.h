#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/privacy/person.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// How the command line and the daemon find a person, and what they show of one.
namespace countersign::apps {

/// Reads subjects, `kind=value` each. invalid_argument, without the value, for the first that is none.
base::Result<std::vector<privacy::Subject>> read_subjects(const std::vector<std::string>& texts);

/// Finds the person whom the subjects name in a region's files, which are opened for it. Errors: those of
/// privacy::find_person, and where a file does not open.
base::Result<privacy::Person> find_held(const Config& config, const base::RegionId& region,
                                        const base::TenantId& tenant,
                                        const std::vector<privacy::Subject>& subjects,
                                        const privacy::SearchOptions& options);

/// The regions that hold records of a tenant, and how many. One whose ledger does not open is left out.
std::vector<std::pair<base::RegionId, std::uint64_t>> regions_holding(const Config& config,
                                                                      const base::TenantId& tenant);

/// `{"records":N,"values":[{"kind","value","token","tie","records"},…]}`, the values masked.
boost::json::object plan_of(const privacy::Person& person);

}  // namespace countersign::apps
