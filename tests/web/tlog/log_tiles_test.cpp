#include "web/tlog/log_tiles.h"

#include "ledger/mirror/check_log.h"
#include "ledger/tree/checkpoint.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace countersign::tlog {
namespace {

using ::testing::ElementsAre;
using testing::sample_event;
using testing::TestRegion;

const base::TenantId kAcme("acme");

/// A region with records of two tenants, of which checkpoints are published.
class Tiles : public ::testing::Test {
 protected:
  void append(std::uint64_t count, const std::string& tenant = "acme") {
    std::vector<record::PreparedEvent> events;
    for (std::uint64_t i = 0; i < count; ++i) events.push_back(sample_event(next_++, tenant));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(events)));
  }

  /// Until the newest checkpoint covers the log.
  void publish(const base::TenantId& tenant = kAcme) {
    for (int tries = 0; tries < 3'000; ++tries) {
      auto ledger = store::LedgerReader::open(region_.files().ledger()).value();
      const auto log = ledger.log(tenant).value();
      const auto newest = ledger.newest_checkpoint(log).value();
      if (newest && newest->size == log.size) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "no checkpoint";
  }

  mirror::Fetch fetch(LogTiles& tiles) {
    return [&tiles](const std::string& path, std::size_t) -> base::Result<std::string> {
      if (path == "checkpoint") return tiles.checkpoint(kAcme);
      TRY_ASSIGN(const auto id, tree::parse_tile_path(path));
      return tiles.tile(kAcme, id);
    };
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  std::uint64_t next_ = 0;
};

TEST_F(Tiles, AreAllThatTheCheckpointSigned) {
  for (const std::uint64_t size : {1u, 256u, 300u, 1'100u}) {
    append(size - next_);
    publish();
    auto tiles = LogTiles::open(region_.files()).value();
    const auto note = tiles.checkpoint(kAcme).value();
    const auto origin = tree::read_checkpoint_body(note).value().origin;
    const auto keys = store::key_chain_of(region_.identity(), origin).value().verifiers();
    const auto check = mirror::check_log(fetch(tiles), keys);
    ASSERT_TRUE(check) << check.error().message;
    EXPECT_THAT(check->faults, ElementsAre());
    EXPECT_EQ(check->size, size);
    EXPECT_EQ(check->chained, size);
  }
}

TEST_F(Tiles, OfEveryWidthBeginTheWiderOnes) {
  append(300);
  publish();
  auto tiles = LogTiles::open(region_.files()).value();
  for (const auto kind : {tree::TileKind::hashes, tree::TileKind::entries}) {
    const auto full = tiles.tile(kAcme, {kind, 0, 0, 256}).value();
    const auto last = tiles.tile(kAcme, {kind, 0, 1, 44}).value();
    for (unsigned width = 1; width < 256; ++width) {
      EXPECT_TRUE(full.starts_with(tiles.tile(kAcme, {kind, 0, 0, width}).value()));
      const auto second = tiles.tile(kAcme, {kind, 0, 1, width});
      ASSERT_EQ(second.has_value(), width <= 44) << width;
      if (second) {
        EXPECT_TRUE(last.starts_with(*second));
      }
    }
  }
  EXPECT_EQ(tiles.tile(kAcme, {tree::TileKind::hashes, 1, 0, 1})->size(), 32u);
  for (const tree::TileId& beyond :
       {tree::TileId{tree::TileKind::hashes, 1, 0, 2}, tree::TileId{tree::TileKind::hashes, 2, 0, 1},
        tree::TileId{tree::TileKind::hashes, 63, ~std::uint64_t{0}, 256},
        tree::TileId{tree::TileKind::entries, 0, 2, 1}}) {
    const auto none = tiles.tile(kAcme, beyond);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, base::Code::not_found);
  }
}

TEST_F(Tiles, RemainAsTheyAreWhereNothingWasRetired) {
  append(300);
  publish();
  auto tiles = LogTiles::open(region_.files()).value();
  const tree::TileId last{tree::TileKind::entries, 0, 1, 44};
  EXPECT_EQ(tiles.remaining(kAcme, last).value(), tiles.tile(kAcme, last).value());
  EXPECT_EQ(tiles.remaining(kAcme, {tree::TileKind::entries, 0, 1, 45}).error().code, base::Code::not_found);
}

TEST_F(Tiles, OfOneTenantShowNothingOfAnother) {
  append(3, "globex");
  append(2);
  publish();
  publish(base::TenantId("globex"));
  auto tiles = LogTiles::open(region_.files()).value();
  EXPECT_EQ(tiles.tile(kAcme, {tree::TileKind::entries, 0, 0, 3}).error().code, base::Code::not_found);
  EXPECT_EQ(tiles.tile(kAcme, {tree::TileKind::entries, 0, 0, 2})->find("globex"), std::string::npos);
  EXPECT_EQ(tiles.checkpoint(base::TenantId("initech")).error().code, base::Code::not_found);
}

TEST_F(Tiles, AreNotGivenBeforeACheckpointCoversThem) {
  // As after a crash between a commit and its checkpoint.
  append(5);
  publish();
  testing::tamper(region_, "DELETE FROM checkpoints");
  auto tiles = LogTiles::open(region_.files()).value();
  EXPECT_EQ(tiles.checkpoint(kAcme).error().code, base::Code::not_found);
  EXPECT_EQ(tiles.tile(kAcme, {tree::TileKind::hashes, 0, 0, 1}).error().code, base::Code::not_found);
}

}  // namespace
}  // namespace countersign::tlog
