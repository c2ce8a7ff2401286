#include "ledger/base/file.h"
#include "ledger/sqlite/connection.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

namespace countersign::sqlite {
namespace {

constexpr std::size_t kPiece = 1u << 16;

class PageCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    writer_ = std::make_unique<Connection>(*Connection::open(file_, {.access = Access::create}));
    ASSERT_TRUE(writer_->execute("CREATE TABLE t(n INTEGER PRIMARY KEY, v TEXT) STRICT"));
  }

  /// One transaction: rows `first` up to `end`, so that a copy holds all of them or none.
  void insert(int first, int end) {
    auto transaction = *Transaction::begin(*writer_, Transaction::Kind::write);
    auto row = *writer_->prepare("INSERT INTO t VALUES(?1,?2)");
    for (int n = first; n < end; ++n) ASSERT_TRUE(row.bind(1, n).bind_text(2, std::string(200, 'v')).run());
    ASSERT_TRUE(transaction.commit());
  }

  struct Copy {
    FileShape shape;
    std::map<std::uint64_t, std::string> pieces;
    std::string bytes() const {
      std::string all;
      for (const auto& [index, piece] : pieces) all += piece;
      return all;
    }
  };
  Copy copy(const std::function<void()>& meanwhile = {}) {
    Copy out;
    auto reader = *Connection::open(file_, {});
    auto shape = reader.copy_pages(kPiece, [&](std::uint64_t index, base::Bytes piece) -> base::Result<void> {
      EXPECT_TRUE(out.pieces.emplace(index, std::string(base::text_of(piece))).second) << "each piece once";
      if (meanwhile) meanwhile();
      return {};
    });
    EXPECT_TRUE(shape) << shape.error().message;
    if (shape) out.shape = *shape;
    return out;
  }

  std::int64_t rows_in(const std::string& bytes) {
    const auto path = dir_ / "copy.sqlite";
    std::filesystem::remove(path);
    EXPECT_TRUE(base::create_file_durably(path, bytes, base::FileMode::secret));
    auto opened = *Connection::open(path, {});
    auto check = *opened.prepare("PRAGMA integrity_check");
    EXPECT_TRUE(*check.step());
    EXPECT_EQ(check.text(0), "ok");
    return *opened.query_integer("SELECT count(*) FROM t");
  }

  testing::TempDir dir_;
  std::filesystem::path file_ = dir_.path() / "t.sqlite";
  std::unique_ptr<Connection> writer_;
};

TEST_F(PageCopy, IsTheFileButForThreeNumbersOfPageOne) {
  insert(0, 5'000);
  ASSERT_TRUE(writer_->empty_wal());
  const auto out = copy();
  auto bytes = out.bytes(), file = *base::read_file(file_, 1u << 30);
  ASSERT_EQ(bytes.size(), file.size());
  EXPECT_EQ(out.shape.bytes, file.size());
  EXPECT_EQ(out.shape.page_bytes, 4096u);
  EXPECT_EQ(out.pieces.size(), (file.size() + kPiece - 1) / kPiece);
  // The change counter and what belongs to it, and the schema cookie.
  for (auto* one : {&bytes, &file})
    one->replace(24, 4, 4, '\0').replace(40, 4, 4, '\0').replace(92, 8, 8, '\0');
  EXPECT_TRUE(bytes == file);
}

TEST_F(PageCopy, SeesWhatIsInTheWalOnly) {
  insert(0, 100);
  EXPECT_EQ(rows_in(copy().bytes()), 100);
}

TEST_F(PageCopy, IsOfOneMomentWhateverIsWrittenMeanwhile) {
  insert(0, 3'000);
  ASSERT_TRUE(writer_->empty_wal());
  int next = 3'000;
  const auto out = copy([&] {
    insert(next, next + 500);
    next += 500;
    writer_->move_wal();
  });
  EXPECT_EQ(rows_in(out.bytes()), 3'000);
  EXPECT_GT(next, 6'000);
  EXPECT_EQ(rows_in(copy().bytes()), next);
}

TEST_F(PageCopy, OfAWriterThatNeverPauses) {
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    for (int n = 0; !stop; n += 50) {
      insert(n, n + 50);
      if (n % 1'000 == 0) writer_->move_wal();
    }
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(rows_in(copy().bytes()) % 50, 0);
  stop = true;
  thread.join();
}

TEST_F(PageCopy, EndsWithTheVisitorsFailure) {
  insert(0, 3'000);
  auto reader = *Connection::open(file_, {});
  int pieces = 0;
  const auto shape = reader.copy_pages(kPiece, [&](std::uint64_t, base::Bytes) -> base::Result<void> {
    if (++pieces == 3) return base::fail(base::Code::aborted, "enough");
    return {};
  });
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().code, base::Code::aborted);
  EXPECT_EQ(shape.error().message, "enough");
  EXPECT_EQ(*reader.query_integer("SELECT count(*) FROM t"), 3'000) << "the connection can be used on";
}

TEST_F(PageCopy, PeekingReadsTheFileAsItLies) {
  insert(0, 2'000);
  ASSERT_TRUE(writer_->empty_wal());
  insert(2'000, 2'100);
  std::string bytes;
  auto reader = *Connection::open(file_, {});
  const auto shape =
      reader.peek_pages(kPiece, [&](std::uint64_t index, base::Bytes piece) -> base::Result<void> {
        EXPECT_EQ(index, bytes.size() / kPiece);
        bytes += base::text_of(piece);
        return {};
      });
  ASSERT_TRUE(shape);
  EXPECT_TRUE(bytes == *base::read_file(file_, 1u << 30));
  EXPECT_EQ(shape->bytes, bytes.size());
}

}  // namespace
}  // namespace countersign::sqlite
