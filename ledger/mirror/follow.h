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
  /// Free space below which nothing is written; asked each time, on the follower's thread.
  std::function<std::uint64_t()> disk_reserve_bytes;
  base::Clock clock;
};

/// What one look at the log came to.
struct Followed {
  std::uint64_t size = 0;            ///< records that the mirror holds under a signed checkpoint
  std::optional<std::int64_t> time;  ///< of that checkpoint, POSIX seconds, where a known key signed it
  std::uint64_t records = 0;         ///< that were taken over now
  std::uint64_t missing = 0;         ///< records of all that it holds that were never to be had
  /// What is served contradicts what the mirror holds. Nothing was taken over.
  std::optional<alarm::Alarm> contradiction;
};

/// Follows a log: takes over a newer checkpoint once the log's key has signed it, the tree of the one before
/// is its beginning, and every record hashes to it. A crash at any point leaves the checkpoint of before and,
/// behind it, files that are used again.
///
/// Records that are not served are missing: retired, as far as anybody can tell. A proxy, or a log that hides
/// something, can say the same for a while, so they are asked for again: after ten minutes, and less and less
/// often while that brings nothing, down to once a day; a few with each look. One thread.
class Follower {
 public:
  /// Makes the folder where there is none. failed_precondition where it holds another log.
  static base::Result<Follower> open(MirrorOptions options);

  /// One look. `stopping` is asked before each tile: aborted once it says so, and what has been written
  /// stays, as it is where the fetch is given up. permission_denied, saying what to do, for a checkpoint by
  /// no known key or of another log; data_loss where what is served does not hash to what was signed;
  /// resource_exhausted on a full disk; those of the fetch.
  base::Result<Followed> look(const Fetch& fetch, const std::function<bool()>& stopping);

  /// Of the log.
  const base::LogName& origin() const { return origin_; }
  const MirrorFolder& folder() const { return folder_; }
  /// The checkpoint that the mirror holds; empty before the first.
  const std::optional<tree::Checkpoint>& held() const { return held_; }
  /// How many records of it are missing.
  std::uint64_t missing() const;

 private:
  explicit Follower(MirrorOptions options)
      : options_(std::move(options)), folder_(options_.folder), origin_{options_.keys.front().name()} {}
  base::Result<tree::OpenedCheckpoint> open_served(const std::string& note) const;
  base::Result<alarm::Alarm> older(const std::string& note, const tree::Checkpoint& served) const;
  alarm::Alarm contradiction(alarm::Kind kind, const std::string& note, std::string what) const;
  /// A bundle of which records are missing.
  struct Gap {
    std::uint64_t index = 0;
    std::uint64_t records = 0;
  };
  base::Result<void> check_space() const;
  base::Result<void> take_over(AuthenticTiles& tiles, const Fetch& fetch,
                               const std::function<bool()>& stopping);
  void note_gap(std::uint64_t index, std::uint64_t records);
  void ask_again(const Fetch& fetch, const std::function<bool()>& stopping);
  base::Result<void> ask_for_gaps(const Fetch& fetch, const std::function<bool()>& stopping);
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
  std::vector<Gap> gaps_;         ///< by index
  std::size_t next_gap_ = 0;      ///< that is asked for next
  bool regained_ = false;         ///< since the first of them was asked for
  std::int64_t ask_pause_s_ = 0;  ///< between two times at which all were asked for
  base::Timestamp ask_at_{};
};

}  // namespace countersign::mirror
