#include "ledger/sqlite/connection.h"

#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>

namespace countersign::sqlite {
namespace {

using base::Code;
using testing::TempDir;

class SqliteFile : public ::testing::Test {
 protected:
  SqliteFile() {
    auto made = Connection::open(file_, {.access = Access::create});
    EXPECT_TRUE(made);
    EXPECT_TRUE(made->execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT) STRICT"));
  }
  TempDir dir_;
  const std::filesystem::path file_ = dir_ / "x.sqlite";
};

TEST_F(SqliteFile, IsNeverMadeByAccident) {
  EXPECT_EQ(Connection::open(dir_ / "other.sqlite", {.access = Access::read_write}).error().code,
            Code::not_found);
  EXPECT_EQ(Connection::open(file_, {.access = Access::create}).error().code, Code::already_exists);
}

TEST_F(SqliteFile, IsDurableAndDefensive) {
  auto writer = Connection::open(file_, {.access = Access::read_write});
  EXPECT_EQ(*writer->query_integer("PRAGMA synchronous"), 2);
  EXPECT_EQ(*writer->query_integer("PRAGMA wal_autocheckpoint"), 0);
  EXPECT_EQ(*writer->query_integer("PRAGMA trusted_schema"), 0);
  EXPECT_EQ(*writer->query_integer("PRAGMA secure_delete"), 1);
  EXPECT_FALSE(writer->execute("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET name='u'"));
}

TEST_F(SqliteFile, CannotBeWrittenThroughAReader) {
  auto reader = Connection::open(file_, {});
  EXPECT_FALSE(reader->execute("INSERT INTO t VALUES(1,'x')"));
}

TEST_F(SqliteFile, IsReadBesideItsWriter) {
  auto writer = Connection::open(file_, {.access = Access::read_write});
  auto reader = Connection::open(file_, {});
  ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1,'x')"));
  EXPECT_EQ(*reader->query_integer("SELECT count(*) FROM t"), 1);
  auto transaction = Transaction::begin(*writer, Transaction::Kind::write);
  ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(2,'y')"));
  EXPECT_EQ(*reader->query_integer("SELECT count(*) FROM t"), 1);
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(*reader->query_integer("SELECT count(*) FROM t"), 2);
}

TEST_F(SqliteFile, RollsBackWhatWasNotCommitted) {
  auto writer = Connection::open(file_, {.access = Access::read_write});
  {
    auto transaction = Transaction::begin(*writer, Transaction::Kind::write);
    ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1,'x')"));
  }
  EXPECT_EQ(*writer->query_integer("SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteFile, SaysWhatKindOfFailureItIs) {
  auto writer = Connection::open(file_, {.access = Access::read_write});
  ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1,'x')"));
  EXPECT_EQ(writer->execute("INSERT INTO t VALUES(1,'x')").error().code, Code::already_exists);
  EXPECT_EQ(writer->prepare("SELEKT").error().code, Code::internal);
  std::ofstream(dir_ / "not.sqlite") << std::string(8192, 'x');
  EXPECT_EQ(Connection::open(dir_ / "not.sqlite", {.access = Access::read_write}).error().code,
            Code::data_loss);
}

TEST_F(SqliteFile, KeepsBytesAsTheyAre) {
  auto writer = Connection::open(file_, {.access = Access::read_write});
  ASSERT_TRUE(writer->execute("CREATE TABLE blobs(a INTEGER PRIMARY KEY, b BLOB) STRICT"));
  auto insert = writer->prepare("INSERT INTO blobs VALUES(?1,?2)");
  const std::string bytes("\0\x01\xff\0", 4);
  ASSERT_TRUE(insert->bind(1, 7).bind_blob(2, base::bytes_of(bytes)).run());
  ASSERT_TRUE(insert->bind(1, 8).bind_blob(2, {}).run());
  auto select = writer->prepare("SELECT b FROM blobs WHERE a=?1");
  ASSERT_TRUE(*select->bind(1, 7).step());
  EXPECT_EQ(base::text_of(select->blob(0)), bytes);
  select->reset();
  ASSERT_TRUE(*select->bind(1, 8).step());
  EXPECT_EQ(select->blob(0).size(), 0u);
  EXPECT_FALSE(select->is_null(0));
}

}  // namespace
}  // namespace countersign::sqlite
