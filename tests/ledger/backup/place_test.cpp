#include "ledger/backup/place.h"

#include "ledger/base/file.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/mount.h>

namespace countersign::backup {
namespace {

using base::Code;

class PlaceTest : public ::testing::Test {
 protected:
  static void write(const std::filesystem::path& file, const std::string& content = "x") {
    ASSERT_TRUE(base::make_folders_durably(file.parent_path()));
    ASSERT_TRUE(base::write_file_durably(file, content, base::FileMode::secret));
  }
  void put_region_into(const Place& place) const {
    for (const char* name : {"ledger.sqlite", "vault.sqlite", "segments/one"}) write(place.staging() / name);
  }
  bool is_there() const {
    return std::filesystem::exists(region_ / "ledger.sqlite") &&
           std::filesystem::exists(region_ / "vault.sqlite") &&
           std::filesystem::exists(region_ / "segments" / "one");
  }
  std::size_t entries(const std::filesystem::path& folder) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.exists() ? 1 : 0;
    return count;
  }

  testing::TempDir dir_;
  std::filesystem::path region_ = dir_ / "eu-1";
};

TEST_F(PlaceTest, ShowsARegionAllAtOnce) {
  for (const bool empty_folder : {false, true}) {
    if (empty_folder) std::filesystem::create_directory(region_);
    auto place = Place::take(region_);
    ASSERT_TRUE(place) << place.error().message;
    put_region_into(*place);
    EXPECT_FALSE(is_there());
    ASSERT_TRUE(place->publish());
    EXPECT_TRUE(is_there());
    EXPECT_EQ(store::RegionLock::take(region_ / "lock").error().code, Code::failed_precondition)
        << "it is locked as long as the restore goes on";
    std::filesystem::remove_all(region_);
  }
  EXPECT_EQ(entries(dir_.path()), 0u);
}

TEST_F(PlaceTest, LeavesNothingWhereItIsNotPublished) {
  {
    auto place = Place::take(region_);
    ASSERT_TRUE(place);
    put_region_into(*place);
  }
  EXPECT_EQ(entries(dir_.path()), 0u);
}

TEST_F(PlaceTest, NeverWritesOverAnything) {
  write(region_ / "vault.sqlite");
  const auto place = Place::take(region_);
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, Code::already_exists);
  EXPECT_NE(place.error().message.find("mv "), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(region_ / "vault.sqlite"));
}

TEST_F(PlaceTest, IsRefusedWhileTheRegionIsInUseOrAnotherRestoreIsUnderWay) {
  std::filesystem::create_directory(region_);
  {
    const auto lock = store::RegionLock::take(region_ / "lock");
    EXPECT_EQ(Place::take(region_).error().code, Code::failed_precondition);
  }
  std::filesystem::remove_all(region_);
  const auto first = Place::take(region_);
  ASSERT_TRUE(first);
  const auto second = Place::take(region_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::failed_precondition);
  EXPECT_TRUE(std::filesystem::exists(first->staging())) << "the first goes on";
}

TEST_F(PlaceTest, ClearsAwayWhatAKilledRestoreHasLeft) {
  write(dir_ / ".eu-1.restoring" / "ledger.sqlite", "half");
  auto place = Place::take(region_);
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_FALSE(std::filesystem::exists(place->staging() / "ledger.sqlite"));
}

/// A region whose folder is a file system of its own; only root can make one.
class MountedPlace : public PlaceTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(region_);
    if (::mount("tmpfs", region_.c_str(), "tmpfs", 0, "size=1m") != 0)
      GTEST_SKIP() << "mounting needs to be root";
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount2(region_.c_str(), MNT_DETACH);
  }
  bool mounted_ = false;
};

TEST_F(MountedPlace, IsPutTogetherInItsOwnFileSystem) {
  auto place = Place::take(region_);
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->staging().parent_path(), region_);
  put_region_into(*place);
  ASSERT_TRUE(place->publish());
  EXPECT_TRUE(is_there());
  { const auto done = std::move(*place); }
  EXPECT_FALSE(std::filesystem::exists(region_ / ".restoring"));
  EXPECT_EQ(entries(dir_.path()), 1u) << "nothing was written elsewhere";
}

TEST_F(MountedPlace, ClearsAwayARestoreThatWasKilledWhileItWasPutInPlace) {
  write(region_ / ".restoring" / "ledger.sqlite", "whole");
  write(region_ / "vault.sqlite", "moved already");
  {
    auto place = Place::take(region_);
    ASSERT_TRUE(place) << place.error().message;
    EXPECT_FALSE(std::filesystem::exists(region_ / "vault.sqlite"));
  }
  // But with a ledger it is a region, whatever else lies there.
  write(region_ / "ledger.sqlite");
  write(region_ / ".restoring" / "x");
  EXPECT_EQ(Place::take(region_).error().code, Code::already_exists);
}

}  // namespace
}  // namespace countersign::backup
