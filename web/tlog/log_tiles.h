#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/schema.h"
#include "ledger/tree/tile.h"

#include <filesystem>
#include <string>
#include <vector>

namespace countersign::tlog {

/// The logs of a region as C2SP tlog-tiles, read from the ledger beside its writer. Nothing is given that the
/// newest published checkpoint does not cover. One thread.
class LogTiles {
 public:
  /// not_found where there is no ledger.
  static base::Result<LogTiles> open(const store::RegionFiles& files);

  /// The newest published checkpoint, a signed note, with the cosignatures that witnesses have given to it.
  /// not_found before there is one.
  base::Result<std::string> checkpoint(const base::TenantId& tenant);

  /// The bytes of a tile or an entry bundle. not_found for one that no published checkpoint covers, and for
  /// entries of which a record was retired.
  base::Result<std::string> tile(const base::TenantId& tenant, const tree::TileId& id);

  /// The same of entries where some were retired: they have no bytes (mirror::remaining_path). not_found
  /// where none is left.
  base::Result<std::string> remaining(const base::TenantId& tenant, const tree::TileId& id);

 private:
  LogTiles(store::LedgerReader ledger, std::filesystem::path folder)
      : ledger_(std::move(ledger)), folder_(std::move(folder)) {}
  base::Result<store::LogHead> covering(const base::TenantId& tenant, const tree::TileId& id);
  /// An empty text for each record that was retired.
  base::Result<std::vector<std::string>> records(const store::LogHead& log, const tree::TileId& id);
  base::Result<std::string> hashes(const store::LogHead& log, const tree::TileId& id);
  base::Result<std::string> entries(const store::LogHead& log, const tree::TileId& id);

  store::LedgerReader ledger_;
  std::filesystem::path folder_;  ///< of the region
};

}  // namespace countersign::tlog
