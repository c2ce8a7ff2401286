#pragma once

#include "ledger/backup/repository.h"
#include "ledger/backup/small_files.h"
#include "ledger/base/time.h"
#include "ledger/vault/kek.h"

#include <cstdint>
#include <functional>
#include <optional>

namespace countersign::backup {

/// The name under which a snapshot keeps the small files.
inline constexpr std::string_view kSmallFiles = "small-files.json";

struct SnapshotOptions {
  SmallFilePlaces places;
  base::Timestamp time;
  /// A file's WAL may grow by so much while it is read; beyond it the reading begins anew, because what it
  /// needs is mostly stored by then, and in the end gives up.
  std::uint64_t wal_growth_max = 1u << 30;
  /// Gets bytes read and bytes that are to be read, from the calling thread.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
  /// What the region's vault and the sources' secrets stand under; without it a snapshot is restored with
  /// that key only.
  std::optional<vault::Kek> kek = {};
};

struct SnapshotReport {
  Manifest manifest;
  std::uint64_t chunks_new = 0;
  std::uint64_t bytes_new = 0;  ///< that the repository grew by, without the manifest
};

/// Adds a snapshot of a region to its repository, beside a running daemon or without one.
///
/// Each SQLite file is read within one read transaction, for as long as it takes to read and hash it and to
/// store what no former snapshot has. So that this is short the first time, too, there the file is read
/// before as it lies on the disk, outside of any transaction: what is stored this way may be torn, and is no
/// part of the snapshot. The ledger comes before the vault, because the writer commits a value before the
/// record that holds its token: so each token in the snapshot's ledger has its value in the snapshot's vault,
/// or it was erased. Documents, questionnaires and requests for access come before both, and their records
/// with them. The index is derived from the ledger and left out.
///
/// unavailable: the WAL grew beyond wal_growth_max again and again. failed_precondition: the clock is behind
/// the newest snapshot. On any failure the repository is what it was, but for chunks that nothing refers to.
base::Result<SnapshotReport> take_snapshot(Repository& repository, const SnapshotOptions& options);

}  // namespace countersign::backup
