#pragma once

#include "ledger/backup/manifest.h"
#include "ledger/crypto/aead.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace countersign::backup {

/// The chunks of a repository: one file each, `<folder>/<realm>/<2 digits>/<64 digits>`, which holds a
/// SHA-256 over what follows it, and then the payload in zstd; in the sealed realm that is sealed
/// (AES-256-GCM), bound to the chunk's name. A chunk is written under a temporary name. One thread.
class ChunkStore {
 public:
  /// `key`: the repository's; empty: sealed chunks can neither be made nor opened.
  ChunkStore(std::filesystem::path folder, const crypto::Secret& key, crypto::Entropy entropy);

  /// Says that a durable manifest refers to a chunk, so that it need not be written. What no manifest refers
  /// to may have been cut short by a crash, and is written again.
  void know(const ChunkId& id) { known_.insert(id); }

  /// Whether a chunk's file is there; nothing of it is read.
  bool has(const ChunkId& id) const;

  /// Stores a payload unless it is there.
  base::Result<ChunkId> put(Realm realm, base::Bytes payload);

  /// Makes durable what put() has written, before a manifest refers to it.
  base::Result<void> make_durable();

  /// The payload of a chunk. data_loss, naming the file, where it is missing or not what it was;
  /// failed_precondition without a key for a sealed one.
  base::Result<std::string> get(const ChunkId& id) const;
  /// As get(), and without a key by the checksum only.
  base::Result<void> check(const ChunkId& id) const;

  /// Deletes every file of the folder that is no chunk of `keep`: how many bytes are gone.
  base::Result<std::uint64_t> sweep(const std::set<ChunkId>& keep) const;

  std::filesystem::path path_of(const ChunkId& id) const;
  std::uint64_t chunks_written() const { return written_.size(); }
  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  struct Sealed {
    crypto::Aead sealing;
    crypto::Secret addressing;
  };

  ChunkId id_of(Realm realm, base::Bytes payload) const;
  base::Result<std::string> body_of(const ChunkId& id) const;
  base::Result<void> make_folder(const std::filesystem::path& folder) const;
  base::Result<void> write(const ChunkId& id, base::Bytes payload);

  const std::filesystem::path folder_;
  const crypto::Entropy entropy_;
  std::optional<Sealed> sealed_;
  std::set<ChunkId> known_, written_;
  std::set<std::filesystem::path> folders_;  ///< that put() has written to
  std::uint64_t bytes_written_ = 0;
};

/// A key for one purpose, from the repository's.
crypto::Secret derive_key(const crypto::Secret& key, std::string_view purpose);

}  // namespace countersign::backup
