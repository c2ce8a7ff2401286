#pragma once

#include "ledger/backup/restore.h"

#include <string>
#include <vector>

namespace countersign::backup {

/// What is wrong with a snapshot; nothing: all of it can be restored.
struct SnapshotState {
  std::string id;
  std::vector<std::string> faults;  ///< sentences that name the file
};

struct CheckReport {
  std::vector<SnapshotState> snapshots;  ///< the oldest first
  std::uint64_t chunks = 0;
  /// Whether sealed chunks were opened; without the key only their checksums were compared.
  bool opened = false;
  bool whole() const;
};

/// Reads every chunk that any snapshot needs, once, and puts every file together in mind. `progress` counts
/// the pieces of files.
base::Result<CheckReport> check_repository(const Repository& repository, const Progress& progress);

/// The newest snapshot but `damaged` that is whole, by the same check; empty where none is.
std::string another_whole_snapshot(const Repository& repository, const std::string& damaged);

}  // namespace countersign::backup
