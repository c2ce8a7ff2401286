#pragma once

#include "ledger/backup/chunk_store.h"
#include "ledger/backup/known_keys.h"
#include "ledger/backup/manifest.h"
#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"
#include "ledger/vault/kek.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace countersign::backup {

/// Whose repository it is.
struct RepositoryIdentity {
  std::string origin;
  base::RegionId region;
  bool operator==(const RepositoryIdentity&) const = default;
};

/// What of a repository is to stay.
struct Retention {
  std::optional<std::uint64_t> newest;  ///< so many snapshots
  std::optional<std::uint64_t> days;    ///< snapshots that are not older
};

/// A folder of snapshots of one region. ledger/FORMAT.md, "Backup repository", describes its files. The
/// repository's key, random, is in it, wrapped by the appliance's key-encryption key. One thread; one process
/// at a time adds to a repository, and none reads it meanwhile: both are kept by a lock (flock).
class Repository {
 public:
  /// For adding: makes the repository where the folder is missing or empty. One whose key stands under a
  /// key-encryption key that is gone, and is known, is sealed under the newest. failed_precondition where it
  /// is another region's, made with another key-encryption key, or in use; invalid_argument where the folder
  /// holds something else.
  static base::Result<Repository> open_to_add(const std::filesystem::path& folder,
                                              const RepositoryIdentity& identity,
                                              const vault::Kek& key_encryption_key,
                                              const crypto::Entropy& entropy,
                                              const KnownKeys* known = nullptr);

  /// For reading. Without a key-encryption key (nullptr) sealed chunks stay closed and manifests are checked
  /// by their checksum only. not_found where there is none.
  static base::Result<Repository> open_to_read(const std::filesystem::path& folder,
                                               const vault::Kek* key_encryption_key,
                                               const KnownKeys* known = nullptr);

  const RepositoryIdentity& identity() const { return identity_; }
  bool has_key() const { return !manifest_key_.empty(); }
  const std::filesystem::path& folder() const { return folder_; }
  ChunkStore& chunks() { return *chunks_; }
  const ChunkStore& chunks() const { return *chunks_; }

  /// Ids of all snapshots, the oldest first.
  base::Result<std::vector<std::string>> list() const;

  /// not_found; data_loss, naming the file, where it is not what was written.
  base::Result<Manifest> read(const std::string& id) const;

  /// Makes the chunks that were put durable, and then the snapshot be there.
  base::Result<void> add(const Manifest& manifest);

  /// Removes the snapshots that `retention` does not keep, never the newest, and every chunk that nothing
  /// refers to any more. The ids of those that went. Where a manifest is damaged no chunk is removed, because
  /// it is not known what that one needs: data_loss names it.
  base::Result<std::vector<std::string>> prune(const Retention& retention, base::Timestamp now);

 private:
  Repository(std::filesystem::path folder, base::OpenFile lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::filesystem::path manifest_file(const std::string& id) const;
  base::Result<void> read_description(const vault::Kek* key_encryption_key, const KnownKeys* known);
  base::Result<void> seal_anew(const vault::Kek& key_encryption_key, const KnownKeys& known,
                               const crypto::Entropy& entropy);
  std::string closing_line(std::string_view line) const;

  std::filesystem::path folder_;
  base::OpenFile lock_;
  RepositoryIdentity identity_;
  std::vector<std::uint8_t> sealed_key_;  ///< as it stands in repository.json
  crypto::Secret key_;
  crypto::Secret manifest_key_;
  std::unique_ptr<ChunkStore> chunks_;
};

/// Every chunk of a snapshot.
std::vector<ChunkId> chunks_of(const Manifest& manifest);

}  // namespace countersign::backup
