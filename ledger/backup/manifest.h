#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::backup {

/// Whether a chunk is readable to whoever has the repository, or sealed with its key.
enum class Realm { open, sealed };
std::string_view to_string(Realm realm);

/// What a chunk is known by: of an open one the SHA-256 of its payload, of a sealed one an HMAC of it.
struct ChunkId {
  Realm realm = Realm::open;
  base::Digest digest;
  auto operator<=>(const ChunkId&) const = default;
};

/// One file of a snapshot.
struct FileEntry {
  std::string name;  ///< within the region's folder, such as `ledger.sqlite` or `segments/…`
  Realm realm = Realm::open;
  std::uint64_t bytes = 0;
  std::uint32_t page_bytes = 0;  ///< of a SQLite file; 0: it is none
  /// When a file that never changes was written, in nanoseconds; 0 for others. It is not read again as long
  /// as its name, size and time are the same.
  std::int64_t written_ns = 0;
  base::Digest digest;                            ///< SHA-256 over the SHA-256 of each piece, in order
  std::vector<std::vector<base::Digest>> pieces;  ///< the chunks of each piece

  bool operator==(const FileEntry&) const = default;
};

/// What a snapshot consists of. It holds nothing personal.
struct Manifest {
  std::string id;  ///< snapshot_id() of the time
  base::Timestamp time;
  std::string origin;
  base::RegionId region;
  std::string program;  ///< the version that made it
  std::vector<FileEntry> files;
  /// The newest signed checkpoint of each log, verbatim: the ledger in the snapshot extends each of them.
  std::vector<std::string> checkpoints;

  const FileEntry* file(std::string_view name) const;
  std::uint64_t bytes() const;  ///< of all files

  bool operator==(const Manifest&) const = default;
};

/// One line of JSON. Pure and thread-safe.
std::string format_manifest(const Manifest& manifest);

/// Reads what format_manifest writes. data_loss, with what is wrong, for anything else; it can be trusted not
/// to name a file outside of the region's folder and not to promise more bytes than its chunks can hold.
base::Result<Manifest> parse_manifest(std::string_view line);

/// `20260131T093000.000000Z`: ids sort by time.
std::string snapshot_id(base::Timestamp time);
/// Whether a text has the form of a snapshot's id.
bool is_snapshot_id(std::string_view text);

}  // namespace countersign::backup
