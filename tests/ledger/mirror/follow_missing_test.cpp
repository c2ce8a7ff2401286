#include "tests/ledger/mirror/mirrored.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::mirror {
namespace {

struct Gone {
  ServedLog log;
  TempDir dir;
  std::int64_t now_s = 1'000'000;
  std::optional<Follower> follower;

  /// The bundles of the first 512 records cannot be had when they are looked at first.
  Gone() {
    log.grow(600);
    log.publish();
    hide();
    open();
    EXPECT_EQ(look().missing, 512u);
  }
  void hide() {
    log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
      if (path.starts_with("tile/entries/000") || path.starts_with("tile/entries/001") ||
          path.starts_with("remaining/"))
        return base::fail(Code::not_found, "no");
      return bytes;
    };
  }
  void open() {
    auto how = options(log, dir);
    how.clock = [this] { return base::Timestamp{now_s * 1'000'000}; };
    follower.emplace(Follower::open(how).value());
  }
  Followed look() {
    auto done = follower->look(log.fetch(), kGoOn);
    EXPECT_TRUE(done) << done.error().message;
    return std::move(*done);
  }
};

TEST(FollowerMissing, IsFetchedOnceItIsServedAgain) {
  Gone one;
  one.log.change = nullptr;
  EXPECT_EQ(one.look().missing, 512u) << "not at once";
  one.now_s += 600;
  EXPECT_EQ(one.look().missing, 0u);
  EXPECT_EQ(missing_records(one.follower->folder(), 600), 0u);
  EXPECT_EQ(faults(one.log, one.dir), "");
  one.log.asked.clear();
  one.now_s += 100'000;
  one.look();
  EXPECT_EQ(one.log.asked.size(), 1u) << "the checkpoint alone";
}

TEST(FollowerMissing, IsKnownAfterARestartAndWhileTheLogGrows) {
  Gone one;
  one.open();
  EXPECT_EQ(one.follower->missing(), 512u);
  one.log.grow(100);
  one.log.publish();
  EXPECT_EQ(one.look().missing, 512u);
  one.log.change = nullptr;
  one.log.grow(100);
  one.log.publish();
  one.now_s += 86'400;
  EXPECT_EQ(one.look().missing, 0u);
  EXPECT_EQ(faults(one.log, one.dir), "");
}

TEST(FollowerMissing, IsAskedForLessAndLessOften) {
  Gone one;
  const auto looks_at = [&](std::int64_t seconds) {
    one.now_s += seconds;
    one.log.asked.clear();
    EXPECT_EQ(one.look().missing, 512u);
    return one.log.asked["tile/entries/000"];
  };
  EXPECT_EQ(looks_at(599), 0);
  EXPECT_EQ(looks_at(1), 1);
  EXPECT_EQ(looks_at(600), 0);
  EXPECT_EQ(looks_at(600), 1);
  for (int i = 0; i < 20; ++i) looks_at(86'400);
  EXPECT_EQ(looks_at(86'399), 0);
  EXPECT_EQ(looks_at(1), 1) << "once a day at least";
  one.now_s -= 10 * 86'400;
  EXPECT_EQ(looks_at(0), 1) << "the clock went back";
}

TEST(FollowerMissing, OfPartsOfABundleTakesWhatThereIs) {
  Gone one;
  one.log.change = nullptr;
  one.log.retired = 300;
  one.now_s += 600;
  EXPECT_EQ(one.look().missing, 300u);
  EXPECT_TRUE(files_of(one.dir).contains("remaining/001"));
  const auto written = fs::last_write_time(one.dir / "mirror" / "remaining" / "001");
  one.now_s += 600;
  EXPECT_EQ(one.look().missing, 300u);
  EXPECT_EQ(fs::last_write_time(one.dir / "mirror" / "remaining" / "001"), written) << "nothing came";
  one.log.retired = 0;
  one.now_s += 1'200;
  EXPECT_EQ(one.look().missing, 0u);
  EXPECT_FALSE(files_of(one.dir).contains("remaining/001")) << "the bundle is whole";
  EXPECT_EQ(faults(one.log, one.dir), "");
}

TEST(FollowerMissing, StaysMissingWhereSomethingElseIsServed) {
  Gone one;
  one.log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
    if (path.starts_with("tile/entries/000")) bytes[40] = static_cast<char>(bytes[40] ^ 1);
    return bytes;
  };
  one.now_s += 600;
  EXPECT_EQ(one.look().missing, 256u) << "and holds up nothing behind it";
  one.log.grow(10);
  one.log.publish();
  EXPECT_EQ(one.look().size, 610u);
}

}  // namespace
}  // namespace countersign::mirror
