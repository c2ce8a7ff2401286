#pragma once

#include "ledger/backup/repository.h"
#include "ledger/backup/small_files.h"
#include "ledger/privacy/erasures.h"
#include "ledger/vault/kek.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace countersign::backup {

/// Gets bytes done and bytes in all.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Writes the files of a snapshot into a folder that is empty, durably, and checks each against the manifest.
/// The small files are not among them. data_loss names the chunk, the file and the snapshot;
/// resource_exhausted where the disk is full. On failure the folder is to be removed.
base::Result<void> restore_files(const Repository& repository, const Manifest& manifest,
                                 const std::filesystem::path& folder, const Progress& progress);

/// The small files of a snapshot. data_loss, failed_precondition (no key).
base::Result<SmallFiles> read_small_files(const Repository& repository, const Manifest& manifest);

/// The memories of erasures of all snapshots that can be read, whichever is restored: a newer one tells what
/// was erased after an older one was made.
base::Result<SmallFiles::Folder> all_erasures(const Repository& repository);

/// Deletes from a vault that no process uses the values behind all tokens of the erasures, wraps its keys
/// with the newest key-encryption key, empties its WAL and leaves no byte that belongs to no row. Gives how
/// many values went.
base::Result<std::uint64_t> replay_erasures(const std::filesystem::path& vault_file,
                                            const vault::Kek& key_encryption_key,
                                            const std::vector<privacy::Erasure>& erasures);

}  // namespace countersign::backup
