#include "ledger/mirror/authentic_tiles.h"

#include "ledger/tree/checkpoint.h"
#include "tests/ledger/mirror/served_log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::mirror {
namespace {

using testing::ServedLog;

tree::Checkpoint published(ServedLog& log) { return tree::read_checkpoint_body(log.publish()).value(); }

TEST(AuthenticTiles, GiveEveryTileOfATreeAndTheRootOfEachBeginning) {
  ServedLog log;
  std::map<std::uint64_t, base::Digest> roots;
  for (const auto size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 70'000u}) {
    log.grow(size - log.size());
    const auto checkpoint = published(log);
    roots[size] = checkpoint.root;
    auto tiles = AuthenticTiles::open(log.fetch(), size, checkpoint.root).value();
    for (unsigned level = 0; level < 3; ++level) {
      for (std::uint64_t index = 0; tree::tile_width(level, index, size) > 0; ++index) {
        const auto hashes = tiles.tile(level, index);
        ASSERT_TRUE(hashes) << hashes.error().message;
        EXPECT_EQ((*hashes)->size(), tree::tile_width(level, index, size));
      }
    }
    for (const auto& [before, root] : roots) EXPECT_EQ(tree::root_at(before, tiles.nodes()).value(), root);
  }
}

TEST(AuthenticTiles, RefuseATileOfWhichOneBitDiffers) {
  ServedLog log;
  log.grow(66'000);
  const auto checkpoint = published(log);
  for (const auto* path :
       {"tile/2/000.p/1", "tile/1/001.p/1", "tile/0/257.p/208", "tile/1/000", "tile/0/000", "tile/0/256"}) {
    log.change = [&](const std::string& asked, std::string bytes) -> base::Result<std::string> {
      if (asked == path) bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
      return bytes;
    };
    auto tiles = AuthenticTiles::open(log.fetch(), checkpoint.size, checkpoint.root);
    const auto id = tree::parse_tile_path(path).value();
    const auto tile =
        tiles ? tiles->tile(id.level, id.index)
              : base::Result<std::shared_ptr<const AuthenticTiles::Hashes>>(base::fail(tiles.error()));
    ASSERT_FALSE(tile) << path;
    EXPECT_EQ(tile.error().code, base::Code::data_loss) << path;
  }
}

TEST(AuthenticTiles, TakeTheBeginningOfAFullTileWhereThePartialOneIsGone) {
  ServedLog log;
  log.grow(300);
  const auto checkpoint = published(log);
  log.grow(300);
  log.publish();
  log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
    if (path == "tile/0/001.p/44") return base::fail(base::Code::not_found, "it is gone");
    return bytes;
  };
  auto tiles = AuthenticTiles::open(log.fetch(), checkpoint.size, checkpoint.root);
  ASSERT_TRUE(tiles) << tiles.error().message;
  EXPECT_EQ(tiles->tile(0, 1).value()->size(), 44u);
  EXPECT_EQ(log.asked["tile/0/001"], 1);
}

TEST(AuthenticTiles, RefuseTilesThatAreCutOffOrTooLong) {
  ServedLog log;
  log.grow(300);
  const auto checkpoint = published(log);
  for (const int more : {-32, -1, 1, 32}) {
    log.change = [&](const std::string&, std::string bytes) -> base::Result<std::string> {
      bytes.resize(static_cast<std::size_t>(static_cast<int>(bytes.size()) + more));
      return bytes;
    };
    EXPECT_FALSE(AuthenticTiles::open(log.fetch(), checkpoint.size, checkpoint.root)) << more;
  }
}

}  // namespace
}  // namespace countersign::mirror
