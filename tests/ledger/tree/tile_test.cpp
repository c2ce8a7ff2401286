#include "ledger/tree/tile.h"

#include "tests/ledger/crypto/vectors.h"
#include "tests/ledger/tree/memory_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::tree {
namespace {

using testing::MemoryTree;
using testing::read_vectors;
using testing::text_at;

std::uint64_t number(std::string_view text) { return std::stoull(std::string(text)); }

TEST(TilePath, SpellsThePublishedIndexes) {
  const auto vectors = read_vectors("tlog-tiles-paths/vectors.json");
  int ran = 0;
  for (const auto& [index, spelling] : vectors.at("index_encoding").as_object()) {
    const auto path = tile_path(0, number(index));
    EXPECT_EQ(path, "tile/0/" + std::string(std::string_view(spelling.as_string())));
    EXPECT_EQ(parse_tile_path(path).value(), (TileId{TileKind::hashes, 0, number(index), 256}));
    ++ran;
  }
  EXPECT_EQ(ran, 11);
}

TEST(TilePath, SpellsThePublishedEntryPaths) {
  const auto vectors = read_vectors("tlog-tiles-paths/vectors.json");
  int ran = 0;
  for (const auto& entry : vectors.at("entry_path_for").as_array()) {
    const auto tile = entry.at("index").to_number<std::uint64_t>() / kTileWidth;
    const auto width = tile_width(0, tile, entry.at("size").to_number<std::uint64_t>());
    EXPECT_EQ(entries_path(tile, width), text_at(entry, "path"));
    EXPECT_EQ(parse_tile_path(text_at(entry, "path")).value(), (TileId{TileKind::entries, 0, tile, width}));
    ++ran;
  }
  EXPECT_EQ(ran, 6);
}

TEST(TileGeometry, MatchesThePublishedTable) {
  const auto vectors = read_vectors("tlog-tiles-paths/vectors.json");
  int ran = 0;
  for (const auto& [size_text, levels] : vectors.at("geometry").as_object()) {
    const auto size = number(size_text);
    unsigned level = 0;
    for (const auto& row : levels.as_array()) {
      EXPECT_EQ(row.at("level").to_number<unsigned>(), level);
      EXPECT_EQ(full_tiles(level, size), row.at("full").to_number<std::uint64_t>()) << size;
      EXPECT_EQ(partial_width(level, size), row.at("partial").to_number<unsigned>()) << size;
      ++level;
    }
    for (; level <= kTileLevelMax; ++level) {
      EXPECT_EQ(full_tiles(level, size), 0u);
      EXPECT_EQ(partial_width(level, size), 0u);
    }
    ++ran;
  }
  EXPECT_EQ(ran, 10);
}

TEST(TilePath, RefusesEverythingElse) {
  for (const auto* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "/tile/0/000",
                           "tile/0/000/",
                           "tile//000",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/+1/000",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/1000",
                           "tile/0/x000/001",
                           "tile/0/x001",
                           "tile/0/x001/",
                           "tile/0/x001/x001",
                           "tile/0/001/001",
                           "tile/0/X001/001",
                           "tile/0/x001/x000/x000/0",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/1/",
                           "tile/0/000.p/1x",
                           "tile/0/000.P/1",
                           "tile/entries",
                           "tile/entries/",
                           "tile/entries/0",
                           "tile/Entries/000",
                           "tile/data/000",
                           "tile/0/000 ",
                           " tile/0/000",
                           "tile/0/00a",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                           "checkpoint",
                           "tile/0/000?x",
                           "tile/0/..%2f000",
                           "tile/0/../000"})
    EXPECT_FALSE(parse_tile_path(path)) << path;
  EXPECT_FALSE(parse_tile_path(std::string_view("tile/0/000\0", 11)));
}

TEST(TilePath, AcceptsTheLimits) {
  EXPECT_EQ(parse_tile_path("tile/63/000.p/255").value(), (TileId{TileKind::hashes, 63, 0, 255}));
  EXPECT_EQ(parse_tile_path("tile/0/x018/x446/x744/x073/x709/x551/615").value().index, UINT64_MAX);
}

TEST(TileRoot, IsTheHashOfThePerfectSubtree) {
  const auto tree = MemoryTree::of_size(256);
  EXPECT_EQ(tile_root(std::span<const base::Digest, 256>(tree.leaves())), tree.root());
}

RC_GTEST_PROP(TilePath, ReadsBackWhatItWrites, ()) {
  const auto level = *rc::gen::inRange(0U, 64U);
  const auto index = *rc::gen::arbitrary<std::uint64_t>();
  const auto width = *rc::gen::inRange(1U, 257U);
  const TileId hashes{TileKind::hashes, level, index, width};
  const TileId entries{TileKind::entries, 0, index, width};
  RC_ASSERT(parse_tile_path(tile_path(level, index, width)).value() == hashes);
  RC_ASSERT(parse_tile_path(entries_path(index, width)).value() == entries);
}

}  // namespace
}  // namespace countersign::tree
