#include "ledger/sqlite/untouched.h"

#include "ledger/sqlite/connection.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <tuple>

namespace countersign::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr int kRows = 500;

/// A database of so many rows, of which the second half is in the WAL.
std::unique_ptr<Connection> fill(const fs::path& file) {
  auto writer = std::make_unique<Connection>(*Connection::open(file, {.access = Access::create}));
  EXPECT_TRUE(writer->execute("CREATE TABLE t(n INTEGER) STRICT"));
  for (int n = 0; n < kRows; ++n) {
    EXPECT_TRUE(writer->execute("INSERT INTO t VALUES(" + std::to_string(n) + ")"));
    if (n == kRows / 2) {
      EXPECT_TRUE(writer->empty_wal());
    }
  }
  return writer;
}

using Tree = std::map<std::string, std::tuple<off_t, long, long, long, long>>;
Tree tree_of(const fs::path& folder) {
  Tree out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    struct stat info {};
    ::stat(entry.path().c_str(), &info);
    out[entry.path().filename()] = {info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                                    info.st_ctim.tv_sec, info.st_ctim.tv_nsec};
  }
  return out;
}

std::int64_t count_in(const fs::path& file) {
  auto reader = Connection::open(file, {});
  return reader ? reader->query_integer("SELECT count(*) FROM t").value_or(-2) : -1;
}

TEST(UntouchedFiles, ReadWhatACrashLeftInTheWalAndMakeNothing) {
  const testing::TempDir dir;
  const auto writer = fill(dir / "live.sqlite");
  for (const auto* end : {"", "-wal"})
    fs::copy_file(dir / ("live.sqlite" + std::string(end)), dir / ("db.sqlite" + std::string(end)));
  const auto before = tree_of(dir.path());
  ASSERT_GT(fs::file_size(dir / "db.sqlite-wal"), 0u);
  {
    const UntouchedFiles untouched;
    EXPECT_EQ(count_in(dir / "db.sqlite"), kRows);
  }
  EXPECT_EQ(tree_of(dir.path()), before);
}

TEST(UntouchedFiles, ReadADatabaseThatWasClosedAndMakeNothing) {
  const testing::TempDir dir;
  fill(dir / "db.sqlite").reset();
  const auto before = tree_of(dir.path());
  ASSERT_EQ(before.size(), 1u);
  {
    const UntouchedFiles untouched;
    EXPECT_EQ(count_in(dir / "db.sqlite"), kRows);
  }
  EXPECT_EQ(tree_of(dir.path()), before);
  EXPECT_EQ(count_in(dir / "db.sqlite"), kRows);
  EXPECT_NE(tree_of(dir.path()), before) << "SQLite as it is makes files";
}

TEST(UntouchedFiles, CannotBeWritten) {
  const testing::TempDir dir;
  fill(dir / "db.sqlite").reset();
  const UntouchedFiles untouched;
  EXPECT_FALSE(Connection::open(dir / "db.sqlite", {.access = Access::read_write}));
  EXPECT_FALSE(Connection::open(dir / "new.sqlite", {.access = Access::create}));
  EXPECT_FALSE(fs::exists(dir / "new.sqlite"));
}

TEST(UntouchedFiles, ShareWhatAnotherProcessHasOpen) {
  const testing::TempDir dir;
  int ready[2], done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const auto child = ::fork();
  if (child == 0) {
    auto writer = fill(dir / "db.sqlite");
    char byte = 0;
    if (::write(ready[1], "1", 1) != 1 || ::read(done[0], &byte, 1) != 1) ::_exit(1);
    // What a reader shares is not moved or lost under it.
    const bool more = writer->execute("INSERT INTO t VALUES(0)").has_value();
    if (::write(ready[1], "2", 1) != 1 || ::read(done[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(more ? 0 : 2);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto wal = fs::last_write_time(dir / "db.sqlite-wal");
  {
    const UntouchedFiles untouched;
    EXPECT_EQ(count_in(dir / "db.sqlite"), kRows);
    EXPECT_EQ(fs::last_write_time(dir / "db.sqlite-wal"), wal);
    ASSERT_EQ(::write(done[1], "1", 1), 1);
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_EQ(count_in(dir / "db.sqlite"), kRows + 1) << "a shared file shows what is committed meanwhile";
  }
  ASSERT_EQ(::write(done[1], "1", 1), 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace countersign::sqlite
