#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/proof.h"
#include "ledger/tree/tile.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::mirror {

/// Gives what lies at a path below the prefix of a log that is served as C2SP tlog-tiles: `checkpoint`,
/// `tile/…`. not_found where nothing does; resource_exhausted for more than `bytes_max`.
using Fetch = std::function<base::Result<std::string>(const std::string& path, std::size_t bytes_max)>;

/// A tile, or an entry bundle, of a tree of which it may be the partial one at the right edge: where that is
/// gone, the beginning of the full one (C2SP tlog-tiles). Errors: those of the fetch; data_loss for another
/// length.
base::Result<std::string> fetch_tile(const Fetch& fetch, const tree::TileId& id);

/// `remaining/<N>[.p/<W>]`, which is ours and no part of tlog-tiles: the bundle of that place, in which
/// entries of no bytes stand for records that the log has retired. So what is left can be read where the
/// bundle itself cannot be given any more. `id` is of kind entries.
std::string remaining_path(const tree::TileId& id);
/// Reads exactly what remaining_path writes; invalid_argument otherwise.
base::Result<tree::TileId> parse_remaining_path(std::string_view path);

/// The hash tiles of a tree whose size and root were signed. Whoever serves them is not trusted: the right
/// edge must give the root, and each tile inside what the tile above it says. So what stands in one of them
/// is as good as signed. One thread.
class AuthenticTiles {
 public:
  using Hashes = std::vector<base::Digest>;

  /// Fetches the right edge. `fetch` is called as long as this lives. data_loss where it does not give the
  /// root, so that nothing is known from it.
  static base::Result<AuthenticTiles> open(Fetch fetch, std::uint64_t size, const base::Digest& root);

  /// The hashes of a tile: all that it holds in this tree, which is one at least. data_loss where what is
  /// served is another tile.
  base::Result<std::shared_ptr<const Hashes>> tile(unsigned level, std::uint64_t index);

  /// Hashes of perfect subtrees. Valid as long as this stays where it is.
  tree::NodeSource nodes();

  std::uint64_t size() const { return size_; }

 private:
  static constexpr unsigned kLevels = 8;  ///< of a tree below 2^63 leaves
  struct Kept {
    std::uint64_t index = 0;
    std::shared_ptr<const Hashes> hashes;  ///< null: nothing
  };
  AuthenticTiles(Fetch fetch, std::uint64_t size) : fetch_(std::move(fetch)), size_(size) {}

  Fetch fetch_;
  std::uint64_t size_;
  std::array<Kept, kLevels> edge_;  ///< the partial tile of each level
  std::array<Kept, kLevels> last_;  ///< the full tile of each level that was asked for last
};

}  // namespace countersign::mirror
