#include "web/oidc/cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace countersign::oidc {
namespace {

struct CacheTest : ::testing::Test {
  base::Result<std::shared_ptr<const int>> get(Want want = Want::usual) {
    return cache.get(want, [this]() -> base::Result<int> {
      ++loads;
      if (fails) return base::fail(base::Code::unavailable, "no network");
      return loads.load();
    });
  }

  std::atomic<std::int64_t> now_s = 1'000;
  std::atomic<int> loads = 0;
  bool fails = false;
  Cache<int> cache{{.fresh_s = 100, .stale_s = 1'000, .again_s = 30, .retry_s = 5},
                   [this] { return base::Timestamp{now_s * 1'000'000}; }};
};

TEST_F(CacheTest, LoadsWhenNeeded) {
  EXPECT_EQ(**get(), 1);
  now_s += 99;
  EXPECT_EQ(**get(), 1);
  now_s += 1;
  EXPECT_EQ(**get(), 2);
}

TEST_F(CacheTest, LoadsSomethingNewerAtMostOnceInAWhile) {
  EXPECT_EQ(**get(), 1);
  now_s += 29;
  EXPECT_EQ(**get(Want::newer), 1);
  now_s += 1;
  EXPECT_EQ(**get(Want::newer), 2);
  EXPECT_EQ(**get(Want::newer), 2);
}

TEST_F(CacheTest, GivesWhatItHasWhileLoadingFails) {
  ASSERT_TRUE(get());
  fails = true;
  now_s += 999;
  EXPECT_EQ(**get(), 1);
  EXPECT_EQ(loads, 2);
  EXPECT_EQ(**get(), 1);
  EXPECT_EQ(loads, 2);
  now_s += 5;
  EXPECT_FALSE(get());
  EXPECT_EQ(loads, 3);
  fails = false;
  now_s += 5;
  EXPECT_EQ(**get(), 4);
}

TEST_F(CacheTest, LoadsAnewAfterTheClockWasSetBack) {
  ASSERT_TRUE(get());
  now_s -= 500;
  EXPECT_EQ(**get(), 2);
}

TEST_F(CacheTest, LoadsOnceForThreadsThatAskTogether) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto value = cache.get(Want::usual, [this]() -> base::Result<int> {
        ++loads;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return 7;
      });
      good += value && **value == 7 ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(loads, 1);
}

TEST_F(CacheTest, DoesNotMakeThreadsWaitThatHaveEnough) {
  ASSERT_TRUE(get());
  now_s += 30;
  std::atomic<bool> loading = false, go_on = false;
  std::thread slow([&] {
    const auto value = cache.get(Want::newer, [&]() -> base::Result<int> {
      loading = true;
      while (!go_on) std::this_thread::yield();
      return 2;
    });
    EXPECT_EQ(**value, 2);
  });
  while (!loading) std::this_thread::yield();
  EXPECT_EQ(**get(), 1);
  go_on = true;
  slow.join();
  EXPECT_EQ(**get(), 2);
}

}  // namespace
}  // namespace countersign::oidc
