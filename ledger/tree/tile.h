#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace countersign::tree {

/// The tiles of C2SP tlog-tiles: where the hashes and the records of a log are found by static paths. A tile
/// of level l holds up to 256 hashes; hash i of tile n is the perfect subtree over the leaves
/// [(n * 256 + i) * 256^l, (n * 256 + i + 1) * 256^l). All functions are pure and thread-safe.

inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kTileLevelMax = 63;

enum class TileKind { hashes, entries };

/// Names a tile, whole or partial.
struct TileId {
  TileKind kind = TileKind::hashes;
  unsigned level = 0;           ///< 0 to kTileLevelMax; 0 for entries
  std::uint64_t index = 0;      ///< number of the tile in its level
  unsigned width = kTileWidth;  ///< 1 to kTileWidth; below kTileWidth it is a partial tile

  bool operator==(const TileId&) const = default;
};

/// `tile/<L>/<N>[.p/<W>]`, without a slash in front.
std::string tile_path(unsigned level, std::uint64_t index, unsigned width = kTileWidth);
/// `tile/entries/<N>[.p/<W>]`.
std::string entries_path(std::uint64_t index, unsigned width = kTileWidth);

/// Reads exactly what tile_path and entries_path write. invalid_argument for everything else: a server
/// answers it with 404.
base::Result<TileId> parse_tile_path(std::string_view path);

/// Number of whole tiles that a level has in a tree of `size` leaves.
std::uint64_t full_tiles(unsigned level, std::uint64_t size);
/// Hashes in the partial tile at the end of a level, 0 where there is none.
unsigned partial_width(unsigned level, std::uint64_t size);
/// Hashes that tile `index` of a level holds in a tree of `size` leaves: 0 to kTileWidth.
unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size);

/// The hash of the perfect subtree over a whole tile, which is one hash of the level above.
base::Digest tile_root(std::span<const base::Digest, kTileWidth> hashes);

}  // namespace countersign::tree
