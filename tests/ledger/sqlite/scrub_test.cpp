#include "ledger/base/file.h"
#include "ledger/sqlite/connection.h"
#include "ledger/sqlite/page_gaps.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace countersign::sqlite {
namespace {

std::string text_in(const std::filesystem::path& file) { return *base::read_file(file, 1u << 30); }

/// A file of rows whose blobs begin with a text of their own, put in an order that moves cells about.
class Scrub : public ::testing::Test {
 protected:
  static std::string mark(int n) { return "the-mark-of-row-" + std::to_string(10'000 + n); }

  void SetUp() override {
    connection_ = std::make_unique<Connection>(*Connection::open(file_, {.access = Access::create}));
    ASSERT_TRUE(connection_->execute("CREATE TABLE t(k BLOB PRIMARY KEY, v TEXT) STRICT, WITHOUT ROWID"));
    auto insert = *connection_->prepare("INSERT INTO t VALUES(?1,?2)");
    std::mt19937 random(7);
    for (int n = 0; n < kRows; ++n) {
      std::array<std::uint8_t, 8> key{};
      for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
      const auto value = mark(n) + std::string(random() % 900, 'x');
      ASSERT_TRUE(insert.bind_blob(1, key).bind_text(2, value).run());
    }
  }

  void remove_odd_rows() {
    for (int n = 1; n < kRows; n += 2)
      ASSERT_TRUE(connection_->execute("DELETE FROM t WHERE v GLOB '" + mark(n) + "*'"));
    ASSERT_TRUE(connection_->empty_wal());
  }

  int odd_marks_left() const {
    const auto bytes = text_in(file_);
    int left = 0;
    for (int n = 1; n < kRows; n += 2) left += bytes.find(mark(n)) != std::string::npos ? 1 : 0;
    return left;
  }

  static constexpr int kRows = 3'000;
  testing::TempDir dir_;
  std::filesystem::path file_ = dir_.path() / "t.sqlite";
  std::unique_ptr<Connection> connection_;
};

TEST_F(Scrub, LeavesNothingOfWhatWasDeleted) {
  remove_odd_rows();
  EXPECT_GT(odd_marks_left(), 0) << "secure_delete alone leaves copies; if it no longer does, scrub() may go";
  const auto changed = connection_->scrub();
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_GT(*changed, 0u);
  EXPECT_EQ(odd_marks_left(), 0);
  EXPECT_EQ(*connection_->scrub(), 0u) << "nothing is left to do";
  EXPECT_EQ(*connection_->query_integer("SELECT count(*) FROM t"), kRows / 2);
  auto check = *connection_->prepare("PRAGMA integrity_check");
  ASSERT_TRUE(*check.step());
  EXPECT_EQ(check.text(0), "ok");
}

TEST_F(Scrub, IsNotUndoneByPagesInMemory) {
  remove_odd_rows();
  ASSERT_TRUE(connection_->scrub());
  ASSERT_TRUE(connection_->execute("UPDATE t SET v = v || 'y'"));
  ASSERT_TRUE(connection_->empty_wal());
  EXPECT_EQ(odd_marks_left(), 0);
}

TEST_F(Scrub, DoesNotDisturbAReader) {
  remove_odd_rows();
  auto reader = *Connection::open(file_, {});
  auto transaction = Transaction::begin(reader, Transaction::Kind::read);
  ASSERT_TRUE(transaction);
  auto sum = *reader.prepare("SELECT count(*), total(length(v)) FROM t");
  ASSERT_TRUE(*sum.step());
  const auto rows = sum.integer(0), bytes = sum.integer(1);
  sum.reset();
  ASSERT_TRUE(connection_->scrub());
  ASSERT_TRUE(*sum.step());
  EXPECT_EQ(sum.integer(0), rows);
  EXPECT_EQ(sum.integer(1), bytes);
}

TEST(PageGaps, LeavePagesThatMakeNoSense) {
  const auto unchanged = [](std::vector<std::uint8_t> page, std::size_t header = 0,
                            std::size_t usable = 512) {
    const auto before = page;
    return !zero_page_gaps(page, header, usable) && page == before;
  };
  std::vector<std::uint8_t> page(512, 0xAB);
  EXPECT_TRUE(unchanged(page)) << "no b-tree page";
  page[0] = 13;
  EXPECT_TRUE(unchanged(page)) << "more cells than there is room";
  page[3] = page[4] = 0;
  page[5] = 0x7F;
  EXPECT_TRUE(unchanged(page)) << "cells behind the end";
  EXPECT_TRUE(unchanged(page, 508)) << "a header behind the end";
  EXPECT_TRUE(unchanged(page, 0, 513));
  EXPECT_TRUE(unchanged({}));
}

TEST(PageGaps, FollowFreeBlocksUpwardsOnly) {
  std::vector<std::uint8_t> page(512, 0xAB);
  page[0] = 13;
  page[1] = 1, page[2] = 0;                                        // the first free block at 256
  page[3] = 0, page[4] = 1;                                        // one cell
  page[5] = 1, page[6] = 0;                                        // cells begin at 256
  page[256] = 1, page[257] = 0x40, page[258] = 0, page[259] = 16;  // 16 bytes; the next at 320
  page[320] = 1, page[321] = 0, page[322] = 0, page[323] = 8;      // goes back: makes no sense
  EXPECT_TRUE(zero_page_gaps(page, 0, 512));
  EXPECT_EQ(page[10], 0);
  EXPECT_EQ(page[255], 0);
  EXPECT_EQ(page[256], 1) << "a block's header stays";
  EXPECT_EQ(page[260], 0);
  EXPECT_EQ(page[271], 0);
  EXPECT_EQ(page[272], 0xAB);
  EXPECT_EQ(page[324], 0xAB);
  EXPECT_EQ(page[9], 0xAB) << "the cell pointer";
}

}  // namespace
}  // namespace countersign::sqlite
