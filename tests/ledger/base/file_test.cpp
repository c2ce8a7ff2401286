#include "ledger/base/file.h"

#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

namespace countersign::base {
namespace {

using testing::TempDir;

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat stats {};
  return ::stat(path.c_str(), &stats) == 0 ? stats.st_mode & 07777 : 0;
}

TEST(DurableFile, IsWrittenWholeAndReplacesTheOldOne) {
  const TempDir dir;
  const auto path = dir / "file";
  ASSERT_TRUE(write_file_durably(path, "first", FileMode::readable));
  EXPECT_EQ(read_file(path, 100).value(), "first");
  const std::string large(300000, 'x');
  ASSERT_TRUE(write_file_durably(path, large, FileMode::readable));
  EXPECT_EQ(read_file(path, large.size()).value(), large);
  ASSERT_TRUE(write_file_durably(path, "", FileMode::readable));
  EXPECT_EQ(read_file(path, 0).value(), "");
  EXPECT_EQ(files_in(dir.path()), 1u);
}

TEST(DurableFile, IsReadableByNobodyElseWhereItIsSecret) {
  const TempDir dir;
  ASSERT_TRUE(write_file_durably(dir / "secret", "k", FileMode::secret));
  ASSERT_TRUE(create_file_durably(dir / "key", "k", FileMode::secret));
  EXPECT_EQ(mode_of(dir / "secret"), 0600u);
  EXPECT_EQ(mode_of(dir / "key"), 0600u);
}

TEST(DurableFile, LosesAnOldFilesWiderModeWhenASecretReplacesIt) {
  const TempDir dir;
  ASSERT_TRUE(write_file_durably(dir / "file", "k", FileMode::readable));
  ASSERT_TRUE(write_file_durably(dir / "file", "k", FileMode::secret));
  EXPECT_EQ(mode_of(dir / "file"), 0600u);
}

TEST(DurableFile, IsNotCreatedOverAnExistingOne) {
  const TempDir dir;
  const auto path = dir / "key";
  ASSERT_TRUE(create_file_durably(path, "first", FileMode::secret));
  const auto again = create_file_durably(path, "second", FileMode::secret);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::already_exists);
  EXPECT_EQ(read_file(path, 100).value(), "first");
  EXPECT_EQ(files_in(dir.path()), 1u);
}

TEST(DurableFile, LeavesNothingBehindWhereTheFolderIsMissing) {
  const TempDir dir;
  const auto path = dir.path() / "missing" / "file";
  EXPECT_EQ(write_file_durably(path, "x", FileMode::readable).error().code, Code::not_found);
  EXPECT_EQ(create_file_durably(path, "x", FileMode::readable).error().code, Code::not_found);
  EXPECT_EQ(files_in(dir.path()), 0u);
}

TEST(DurableFile, LeavesAFolderOfThatNameAloneAndNoTemporaryFile) {
  const TempDir dir;
  std::filesystem::create_directories(dir / "name");
  EXPECT_FALSE(write_file_durably(dir / "name", "x", FileMode::readable));
  EXPECT_TRUE(std::filesystem::is_directory(dir / "name"));
  EXPECT_EQ(files_in(dir.path()), 1u);
}

TEST(DurableFile, IsWrittenDespiteATemporaryFileThatACrashLeft) {
  const TempDir dir;
  const auto left = dir / (".file." + std::to_string(::getpid()) + ".tmp");
  std::ofstream(left) << "half";
  ASSERT_TRUE(write_file_durably(dir / "file", "whole", FileMode::readable));
  EXPECT_EQ(read_file(dir / "file", 100).value(), "whole");
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST(ReadFile, SaysWhatIsMissingOrTooLarge) {
  const TempDir dir;
  const auto missing = read_file(dir / "none", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().message.find("none"), std::string::npos);
  ASSERT_TRUE(write_file_durably(dir / "file", "12345", FileMode::readable));
  EXPECT_TRUE(read_file(dir / "file", 5));
  EXPECT_EQ(read_file(dir / "file", 4).error().code, Code::resource_exhausted);
  EXPECT_FALSE(read_file(dir.path(), 10));
}

TEST(Folders, AreMadeWithThoseAboveAndMayBeThereAlready) {
  const TempDir dir;
  const auto path = dir.path() / "a" / "b" / "c";
  ASSERT_TRUE(make_folders_durably(path));
  EXPECT_TRUE(std::filesystem::is_directory(path));
  EXPECT_EQ(mode_of(path) & 0027u, 0u);
  EXPECT_TRUE(make_folders_durably(path));
  EXPECT_TRUE(make_folders_durably(dir.path() / "d" / ""));
  EXPECT_TRUE(std::filesystem::is_directory(dir / "d"));
}

TEST(Folders, AreRefusedWhereAFileIsInTheWay) {
  const TempDir dir;
  ASSERT_TRUE(write_file_durably(dir / "file", "x", FileMode::readable));
  EXPECT_FALSE(make_folders_durably(dir / "file"));
  EXPECT_FALSE(make_folders_durably(dir.path() / "file" / "below"));
}

TEST(FreeBytes, AreKnownForAFolderThatExists) {
  const TempDir dir;
  EXPECT_GT(free_bytes(dir.path()).value(), 0u);
  EXPECT_EQ(free_bytes(dir / "none").error().code, Code::not_found);
}

}  // namespace
}  // namespace countersign::base
