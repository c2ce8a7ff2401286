#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/policy/history.h"
#include "ledger/store/schema.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace countersign::apps {

/// What became of a tenant's policies, from the system logs of the regions that are kept here, as far as they
/// are indexed: what was recorded a moment ago may not be there yet. Errors as of reading a ledger or an
/// index. Blocks on the disk. Any thread, any process.
base::Result<policy::TenantHistory> read_policy_history(const Config& config, const ingest::Tenant& tenant);

/// The same, from one region's system log and its first `system_size` records alone.
base::Result<policy::TenantHistory> read_policy_history(const store::RegionFiles& files,
                                                        const base::TenantId& tenant,
                                                        std::uint64_t system_size);

/// Operators and people, authors and reviewers, by the token that stands for them in a history: an operator's
/// name, or an account's id, which the appliance gives. Whoever ran a command is an account of the machine,
/// and is not named; nor is who was erased. Errors as of reading a vault. Blocks on the disk.
base::Result<std::map<std::string, std::string>> policy_authors(const Config& config,
                                                                const policy::TenantHistory& history);

/// The name behind the token of a version's author, also of an account of the machine; empty where there is
/// none or it was erased. To compare with, not to show. Errors as policy_authors().
base::Result<std::optional<std::string>> author_of(const Config& config, const policy::Version& version);

}  // namespace countersign::apps
