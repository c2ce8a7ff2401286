#pragma once

#include "apps/config.h"
#include "ledger/backup/repository.h"
#include "ledger/backup/small_files.h"
#include "ledger/base/result.h"

#include <cstdint>
#include <string>

namespace countersign::apps {

/// The key under which a repository's own key is wrapped.
base::Result<vault::Kek> backup_key(const Config& config);

/// Where the small files of a region are that a backup keeps.
backup::SmallFilePlaces small_file_places(const Config& config, const base::RegionId& region);

/// A repository to read from, with the appliance's key.
base::Result<backup::Repository> open_backups(const Config& config, const std::string& folder);

/// `9.6 MB`, in powers of ten.
std::string shown_bytes(std::uint64_t bytes);

}  // namespace countersign::apps
