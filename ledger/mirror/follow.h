#pragma once

#include "ledger/alarm/alarm_book.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/mirror/authentic_tiles.h"
#include "ledger/mirror/mirror_folder.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace countersign::mirror {

/// A log that is mirrored, and how.
struct MirrorOptions {
  std::string name;                      ///< of the mirror
  std::vector<tree::NoteVerifier> keys;  ///< of the log, under its name: one of type ed25519 at least
  std::filesystem::path folder;
  std::uint64_t disk_reserve_bytes = 0;  ///< free space below which nothing is written
  base::Clock clock;
};

/// What one look at the log came to.
struct Followed {
  std::uint64_t size = 0;            ///< records that the mirror holds under a signed checkpoint
  std::optional<std::int64_t> time;  ///< of that checkpoint, POSIX seconds, where a known key signed it
  std::uint64_t records = 0;         ///< that were taken over now
  std::uint64_t missing = 0;         ///< records among them that the log has retired
  /// What is served contradicts what the mirror holds. Nothing was taken over.
  std::optional<alarm::Alarm> contradiction;
};

/// Follows a log: takes over a newer checkpoint once the log's key has signed it, the tree of the one before
/// is its beginning, and every record hashes to it. A crash at any point leaves the checkpoint of before and,
/// behind it, files that are used again. One thread.
class Follower {
 public:
  /// Makes the folder where there is none. failed_precondition where it holds another log.
  static base::Result<Follower> open(MirrorOptions options);

  /// One look. `stopping` is asked before each tile: aborted once it says so, and what has been written
  /// stays. permission_denied, saying what to do, for a checkpoint by no known key or of another log;
  /// data_loss where what is served does not hash to what was signed; resource_exhausted on a full disk;
  /// those of the fetch.
  base::Result<Followed> look(const Fetch& fetch, const std::function<bool()>& stopping);

  /// Of the log.
  const base::LogName& origin() const { return origin_; }
  const MirrorFolder& folder() const { return folder_; }
  /// The checkpoint that the mirror holds; empty before the first.
  const std::optional<tree::Checkpoint>& held() const { return held_; }

 private:
  explicit Follower(MirrorOptions options)
      : options_(std::move(options)), folder_(options_.folder), origin_{options_.keys.front().name()} {}
  base::Result<tree::OpenedCheckpoint> open_served(const std::string& note) const;
  base::Result<alarm::Alarm> older(const std::string& note, const tree::Checkpoint& served) const;
  alarm::Alarm contradiction(alarm::Kind kind, const std::string& note, std::string what) const;
  struct Taken {
    std::uint64_t records = 0, missing = 0;
  };
  base::Result<Taken> take_over(AuthenticTiles& tiles, const Fetch& fetch,
                                const std::function<bool()>& stopping);
  base::Result<std::uint64_t> take_entries(AuthenticTiles& tiles, const Fetch& fetch, std::uint64_t index);
  base::Result<std::uint64_t> take_remaining(const AuthenticTiles::Hashes& hashes, const Fetch& fetch,
                                             const tree::TileId& id);
  base::Result<void> take_tile(AuthenticTiles& tiles, unsigned level, std::uint64_t index);
  base::Result<void> keep_cosignatures(const std::string& note);
  void remove_narrower(std::uint64_t before, std::uint64_t size) const;

  MirrorOptions options_;
  MirrorFolder folder_;
  base::LogName origin_;
  std::string note_;  ///< that is held; empty: none
  std::optional<tree::Checkpoint> held_;
};

}  // namespace countersign::mirror
