#include "ledger/tree/tile.h"

#include "ledger/tree/merkle.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace countersign::tree {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";

/// Three digits a group; every group but the last is marked with an x.
std::string index_path(std::uint64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) path = fmt::format("x{:03}/{}", index % 1000, path);
  return path;
}

std::string suffix(unsigned width) { return width == kTileWidth ? "" : fmt::format(".p/{}", width); }

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Takes what is before the next slash, and the slash; empty where there is none.
std::optional<std::string_view> take_folder(std::string_view& text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto folder = text.substr(0, slash);
  text.remove_prefix(slash + 1);
  return folder;
}

bool take_group(std::string_view& text, std::uint64_t& index) {
  if (text.size() < 3) return false;
  std::uint64_t group = 0;
  for (const char c : text.substr(0, 3)) {
    if (c < '0' || c > '9') return false;
    group = group * 10 + static_cast<std::uint64_t>(c - '0');
  }
  text.remove_prefix(3);
  return !__builtin_mul_overflow(index, std::uint64_t{1000}, &index) &&
         !__builtin_add_overflow(index, group, &index);
}

bool take_index(std::string_view& text, std::uint64_t& index) {
  while (take_prefix(text, "x")) {
    if (!take_group(text, index) || !take_prefix(text, "/")) return false;
  }
  return take_group(text, index);
}

std::optional<TileId> parse(std::string_view text) {
  TileId id;
  if (!take_prefix(text, kPrefix)) return std::nullopt;
  const auto level = take_folder(text);
  if (!level) return std::nullopt;
  if (*level == kEntries) {
    id.kind = TileKind::entries;
  } else {
    const auto number = parse_decimal(*level, kTileLevelMax);
    if (!number) return std::nullopt;
    id.level = static_cast<unsigned>(*number);
  }
  if (!take_index(text, id.index)) return std::nullopt;
  if (take_prefix(text, ".p/")) {
    const auto width = parse_decimal(text, kTileWidth - 1);
    if (!width || *width == 0) return std::nullopt;
    id.width = static_cast<unsigned>(*width);
    return id;
  }
  return text.empty() ? std::optional(id) : std::nullopt;
}

std::uint64_t hashes_in_level(unsigned level, std::uint64_t size) {
  return level < 8 ? size >> (8 * level) : 0;
}

}  // namespace

std::string tile_path(unsigned level, std::uint64_t index, unsigned width) {
  return fmt::format("{}{}/{}{}", kPrefix, level, index_path(index), suffix(width));
}

std::string entries_path(std::uint64_t index, unsigned width) {
  return fmt::format("{}{}/{}{}", kPrefix, kEntries, index_path(index), suffix(width));
}

base::Result<TileId> parse_tile_path(std::string_view path) {
  const auto id = parse(path);
  // Spelling it again finds the groups of zeros that should not be there.
  if (id && path == (id->kind == TileKind::entries ? entries_path(id->index, id->width)
                                                   : tile_path(id->level, id->index, id->width)))
    return *id;
  return base::fail(base::Code::invalid_argument,
                    "not the path of a tile; tlog-tiles spells them like tile/0/x001/234.p/56");
}

std::uint64_t full_tiles(unsigned level, std::uint64_t size) {
  return hashes_in_level(level, size) / kTileWidth;
}

unsigned partial_width(unsigned level, std::uint64_t size) {
  return static_cast<unsigned>(hashes_in_level(level, size) % kTileWidth);
}

unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  const auto full = full_tiles(level, size);
  if (index < full) return kTileWidth;
  return index == full ? partial_width(level, size) : 0;
}

base::Digest tile_root(std::span<const base::Digest, kTileWidth> hashes) {
  std::array<base::Digest, kTileWidth / 2> row;
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
  for (std::size_t count = row.size() / 2; count > 0; count /= 2) {
    for (std::size_t i = 0; i < count; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  }
  return row.front();
}

}  // namespace countersign::tree
