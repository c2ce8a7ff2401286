#pragma once

#include "ledger/base/result.h"
#include "ledger/mirror/authentic_tiles.h"
#include "ledger/tree/tile.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::mirror {

/// A copy of a log as files at the paths of C2SP tlog-tiles, so that any web server can serve it:
/// `checkpoint`, `tile/<L>/<N>`, `tile/entries/<N>`. Of tiles that are not full only the widest is kept. Of
/// entry bundles of which the log had retired records before they were read `remaining/<N>` has those that
/// are left, and nothing has where none is.
///
/// What is not covered by `checkpoint` was checked too, but does not count yet. One writes, any may read.
class MirrorFolder {
 public:
  explicit MirrorFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  const std::filesystem::path& path() const { return folder_; }

  /// The signed note; empty where nothing has been mirrored yet.
  base::Result<std::optional<std::string>> checkpoint() const;

  /// A tile, cut from a wider one where need be. not_found where there is none.
  base::Result<std::string> read(const tree::TileId& id) const;
  /// Whatever file is at a path of tlog-tiles, for AuthenticTiles.
  Fetch fetch() const;

  /// The records that remain of a bundle, the first `id.width` of it; empty ones are not there. not_found
  /// where nothing remains, or less was written.
  base::Result<std::vector<std::string>> remaining(const tree::TileId& id) const;
  base::Result<void> write_remaining(const tree::TileId& id, const std::vector<std::string>& records) const;
  /// The records of the widest partial bundle of the place that is narrower than `id`; none where there is
  /// none.
  std::vector<std::string> narrower_entries(const tree::TileId& id) const;

  /// Puts a tile in its place, durably.
  base::Result<void> write(const tree::TileId& id, std::string_view bytes) const;
  /// From now on the tiles up to its size count. Durably.
  base::Result<void> write_checkpoint(std::string_view note) const;
  /// Removes partial tiles of the place that are narrower than `id`, where `id` is there: they are of no more
  /// use.
  void remove_narrower(const tree::TileId& id) const;

  /// Removes what remains of a bundle, where it is there as a whole.
  void remove_remaining(const tree::TileId& id) const;

  /// Calls `visit` with the index of each entry bundle of a tree of `size` of which records are missing, and
  /// with how many.
  void for_each_missing(std::uint64_t size,
                        const std::function<void(std::uint64_t index, std::uint64_t records)>& visit) const;

 private:
  std::filesystem::path file_of(const tree::TileId& id) const;
  std::filesystem::path remaining_file(const tree::TileId& id) const;
  /// The narrowest partial tile of the place that is at least so wide; 0 where there is none.
  unsigned wide_enough(const tree::TileId& id) const;

  std::filesystem::path folder_;
};

}  // namespace countersign::mirror
