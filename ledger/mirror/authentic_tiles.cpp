#include "ledger/mirror/authentic_tiles.h"

#include "ledger/tree/entry_bundle.h"
#include "ledger/tree/merkle.h"

#include <fmt/format.h>

#include <cstring>
#include <span>

namespace countersign::mirror {
namespace {

using base::Code;
using base::Digest;
using base::fail;
using tree::kTileWidth;
using tree::TileKind;

constexpr std::string_view kRemaining = "remaining/", kEntries = "tile/entries/";
static_assert(sizeof(Digest) == 32, "tiles are copied as bytes");

std::string path_of(const tree::TileId& id) {
  return id.kind == TileKind::entries ? tree::entries_path(id.index, id.width)
                                      : tree::tile_path(id.level, id.index, id.width);
}

std::size_t bytes_max(const tree::TileId& id) {
  return id.kind == TileKind::entries ? tree::kBundleBytesMax : kTileWidth * sizeof(Digest);
}

/// Cuts what was served to the width that is asked for.
base::Result<std::string> cut(std::string bytes, const tree::TileId& id, bool exact) {
  if (id.kind == TileKind::entries) {
    TRY_ASSIGN(const auto entries,
               tree::read_entries(bytes, id.width, exact ? tree::Bundle::whole : tree::Bundle::beginning));
    bytes.resize(static_cast<std::size_t>(entries.back().data() + entries.back().size() - bytes.data()));
    return bytes;
  }
  const auto wanted = std::size_t{id.width} * sizeof(Digest);
  if (exact ? bytes.size() != wanted : bytes.size() < wanted)
    return fail(Code::data_loss,
                fmt::format("{} has {} bytes instead of {}", path_of(id), bytes.size(), wanted));
  bytes.resize(wanted);
  return bytes;
}

Digest root_of(std::span<const Digest> hashes) {
  tree::CompactRange range;
  for (const auto& hash : hashes) range.append(hash);
  return range.root();
}

base::Result<std::shared_ptr<const AuthenticTiles::Hashes>> fetch_hashes(const Fetch& fetch,
                                                                         const tree::TileId& id) {
  TRY_ASSIGN(const auto bytes, fetch_tile(fetch, id));
  auto hashes = std::make_shared<AuthenticTiles::Hashes>(id.width);
  std::memcpy(hashes->data(), bytes.data(), bytes.size());
  return std::shared_ptr<const AuthenticTiles::Hashes>(std::move(hashes));
}

}  // namespace

std::string remaining_path(const tree::TileId& id) {
  return std::string(kRemaining) + tree::entries_path(id.index, id.width).substr(kEntries.size());
}

base::Result<tree::TileId> parse_remaining_path(std::string_view path) {
  if (!path.starts_with(kRemaining)) return fail(Code::invalid_argument, "not the path of what remains");
  return tree::parse_tile_path(std::string(kEntries) + std::string(path.substr(kRemaining.size())));
}

base::Result<std::string> fetch_tile(const Fetch& fetch, const tree::TileId& id) {
  auto served = fetch(path_of(id), bytes_max(id));
  if (served) return cut(std::move(*served), id, true);
  if (served.error().code != Code::not_found || id.width == kTileWidth) return served;
  auto whole = id;
  whole.width = kTileWidth;
  served = fetch(path_of(whole), bytes_max(whole));
  return served ? cut(std::move(*served), id, false) : served;
}

base::Result<AuthenticTiles> AuthenticTiles::open(Fetch fetch, std::uint64_t size, const Digest& root) {
  if (size > tree::kTreeSizeMax) return fail(Code::invalid_argument, "the tree is larger than trees can be");
  AuthenticTiles out(std::move(fetch), size);
  tree::CompactRange edge;
  for (unsigned level = kLevels; level-- > 0;) {
    const auto width = tree::partial_width(level, size);
    if (width == 0) continue;
    const auto index = tree::full_tiles(level, size);
    TRY_ASSIGN(auto hashes, fetch_hashes(out.fetch_, {TileKind::hashes, level, index, width}));
    for (const auto& hash : *hashes) edge.append_perfect(8 * level, hash);
    out.edge_[level] = {index, std::move(hashes)};
  }
  if (edge.root() == root) return out;
  return fail(
      Code::data_loss,
      fmt::format("the tiles that are served do not give the root that was signed over {} records", size));
}

base::Result<std::shared_ptr<const AuthenticTiles::Hashes>> AuthenticTiles::tile(unsigned level,
                                                                                 std::uint64_t index) {
  if (level >= kLevels || tree::tile_width(level, index, size_) == 0)
    return fail(Code::invalid_argument, fmt::format("there is no tile {}/{} in this tree", level, index));
  for (const auto* kept : {&edge_[level], &last_[level]}) {
    if (kept->hashes && kept->index == index) return kept->hashes;
  }
  // A full tile has a place in the tile above, which is full itself or at the edge.
  TRY_ASSIGN(const auto above, tile(level + 1, index / kTileWidth));
  TRY_ASSIGN(auto hashes, fetch_hashes(fetch_, {TileKind::hashes, level, index, kTileWidth}));
  if (root_of(*hashes) != (*above)[index % kTileWidth])
    return fail(Code::data_loss,
                fmt::format("{} is not the tile that was signed", tree::tile_path(level, index)));
  last_[level] = {index, hashes};
  return hashes;
}

tree::NodeSource AuthenticTiles::nodes() {
  return [this](unsigned level, std::uint64_t index) -> base::Result<Digest> {
    const auto width = std::uint64_t{1} << (level % 8);
    const auto first = index * width;
    TRY_ASSIGN(const auto hashes, tile(level / 8, first / kTileWidth));
    if (first % kTileWidth + width > hashes->size())
      return fail(Code::invalid_argument, "there is no such subtree in this tree");
    return root_of(std::span(*hashes).subspan(first % kTileWidth, width));
  };
}

}  // namespace countersign::mirror
