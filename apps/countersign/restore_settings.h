#pragma once

#include "apps/config.h"
#include "ledger/backup/small_files.h"
#include "ledger/base/result.h"
#include "ledger/vault/kek.h"

#include <string>
#include <vector>

namespace countersign::apps {

/// What became of the settings that a snapshot holds: the registry (sources, tenants and operators) and the
/// rules of retention. They are the appliance's, not one region's, so the snapshot of another region,
/// restored before, can have brought older ones.
struct RestoredSettings {
  bool registry_restored = false;
  bool replaced = false;  ///< something that was there made way
  /// Where what was here stays, what the snapshot says otherwise, a line each.
  std::vector<std::string> differences;
};

/// Puts the snapshot's settings where there are none, the sources' secrets sealed under the newest of `kek`.
/// Others stay, or, with `replace`, are kept beside as `<file>.before-<id of the snapshot>`. Errors: those of
/// reading and writing, already_exists where such a copy is there, and of ingest::open_secrets.
base::Result<RestoredSettings> put_settings(const Config& config, const backup::SmallFiles& snapshot,
                                            const std::string& id, const vault::Kek& kek, bool replace);

}  // namespace countersign::apps
