#include "apps/daemon/streaming/stream_book.h"

#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace countersign::apps {
namespace {

const StreamState kState{"both of all", "destination=eu-1", "", {}, {}};

class StreamBookTest : public ::testing::Test {
 protected:
  StreamBook open() { return StreamBook::open(dir_.path()).value(); }
  static StreamCursor at(StreamBook& book, const std::string& log) {
    return book.cursors("siem").value()[log];
  }

  testing::TempDir dir_;
};

TEST_F(StreamBookTest, RemembersHowFarEachLogWasSent) {
  {
    auto book = open();
    ASSERT_TRUE(book.begin("siem", kState, std::vector<StreamMove>{{"log/a", {7, "aa", 0}}}));
    ASSERT_TRUE(book.advance(
        "siem", {{{"log/a", {9, "bb", 0}}, {"log/b", {2, "cc", 0}}}, {}, {}, base::Timestamp{5}, ""}));
  }
  auto book = open();
  EXPECT_EQ(at(book, "log/a").next, 9u);
  EXPECT_EQ(at(book, "log/a").hash, "bb");
  EXPECT_EQ(at(book, "log/b").next, 2u);
  EXPECT_EQ(book.state("siem").value()->success_time.micros, 5);
  EXPECT_EQ(book.state("siem").value()->told, "destination=eu-1");
  EXPECT_FALSE(book.state("other").value().has_value());
}

TEST_F(StreamBookTest, KeepsTheCursorsOfAStreamThatGoesOn) {
  auto book = open();
  ASSERT_TRUE(book.begin("siem", kState, std::vector<StreamMove>{{"log/a", {7, "", 0}}}));
  ASSERT_TRUE(
      book.begin("siem", kState, std::vector<StreamMove>{{"log/a", {100, "", 0}}, {"log/b", {1, "", 0}}}));
  EXPECT_EQ(at(book, "log/a").next, 7u);
  EXPECT_EQ(at(book, "log/b").next, 1u);
}

TEST_F(StreamBookTest, RemembersWhatWasTakenUntilItIsRewoundBeforeIt) {
  {
    auto book = open();
    ASSERT_TRUE(
        book.advance("siem", {{{"log/a", {9, "bb", 0, 7}}, {"log/b", {2, "cc", 0}}}, {}, {}, {}, ""}));
  }
  auto book = open();
  EXPECT_EQ(at(book, "log/a").taken, 7u);
  EXPECT_EQ(at(book, "log/b").taken, std::nullopt);
  ASSERT_TRUE(book.rewind("siem", "log/a", 8));
  EXPECT_EQ(at(book, "log/a").taken, 7u);
  ASSERT_TRUE(book.rewind("siem", "log/a", 7));
  EXPECT_EQ(at(book, "log/a").taken, std::nullopt);
}

TEST_F(StreamBookTest, GoesOnWithAFileOfTheVersionBefore) {
  {
    auto book = open();
    ASSERT_TRUE(book.advance("siem", {{{"log/a", {9, "bb", 0}}}, {}, {}, {}, ""}));
  }
  {
    sqlite::OpenOptions options;
    options.access = sqlite::Access::read_write;
    options.journal = sqlite::Journal::rollback;
    auto file = sqlite::Connection::open(StreamBook::file_of(dir_.path()), options).value();
    ASSERT_TRUE(file.execute("ALTER TABLE cursors DROP COLUMN taken; PRAGMA user_version=1"));
  }
  auto book = open();
  EXPECT_EQ(at(book, "log/a").next, 9u);
  ASSERT_TRUE(book.advance("siem", {{{"log/a", {11, "cc", 0, 10}}}, {}, {}, {}, ""}));
  EXPECT_EQ(at(book, "log/a").taken, 10u);
}

TEST_F(StreamBookTest, LeavesACursorWhereSomebodyElseHasPutIt) {
  auto book = open(), command = open();
  ASSERT_TRUE(book.begin("siem", kState, std::vector<StreamMove>{{"log/a", {7, "aa", 0}}}));
  const auto before = at(book, "log/a");
  ASSERT_TRUE(command.rewind("siem", "log/a", 3));
  ASSERT_TRUE(
      book.advance("siem", {{{"log/a", {9, "bb", before.revision}}}, {}, {}, base::Timestamp{5}, ""}));
  EXPECT_EQ(at(book, "log/a").next, 3u) << "what was sent meanwhile is sent again";
  const auto after = at(book, "log/a");
  EXPECT_EQ(after.hash, "");
  ASSERT_TRUE(book.advance("siem", {{{"log/a", {4, "dd", after.revision}}}, {}, {}, {}, ""}));
  EXPECT_EQ(at(book, "log/a").next, 4u);
}

TEST_F(StreamBookTest, HoldsWhatWasRefusedUntilItIsTakenOrDropped) {
  auto book = open();
  ASSERT_TRUE(book.begin("siem", kState, {}));
  ASSERT_TRUE(book.advance(
      "siem", {{}, {{"log/a", 4, "why", {1}, false}, {"log/a", 2, "why", {1}, false}}, {}, {}, ""}));
  EXPECT_EQ(book.parked_count("siem").value(), 2);
  EXPECT_EQ(book.parked("siem").value().front().seq, 2u);
  EXPECT_FALSE(book.ordered("siem").value());
  ASSERT_TRUE(book.order_again("siem", book.parked("siem").value()));
  auto first = book.ordered("siem").value().value();
  EXPECT_EQ(first.seq, 2u);
  first.why = "again";
  ASSERT_TRUE(book.park_again("siem", first));
  EXPECT_EQ(book.ordered("siem").value()->seq, 4u);
  ASSERT_TRUE(book.unpark("siem", *book.ordered("siem").value()));
  EXPECT_EQ(book.parked("siem").value().front().why, "again");
  const auto seen = book.parked("siem").value();
  ASSERT_TRUE(book.advance("siem", {{}, {{"log/b", 7, "why", {1}, false}}, {}, {}, ""}));
  ASSERT_TRUE(book.drop_parked("siem", seen));
  EXPECT_EQ(book.parked_count("siem").value(), 1) << "one that came since is not dropped unseen";
  ASSERT_TRUE(book.drop_parked("siem", book.parked("siem").value()));
  ASSERT_TRUE(book.park_again("siem", first));
  EXPECT_EQ(book.parked_count("siem").value(), 0);
}

TEST_F(StreamBookTest, HoldsNothingThatWasTakenAfterAll) {
  auto book = open();
  ASSERT_TRUE(book.begin("siem", kState, {}));
  ASSERT_TRUE(book.advance(
      "siem", {{}, {{"log/a", 4, "why", {1}, false}, {"log/b", 4, "why", {1}, false}}, {}, {}, ""}));
  ASSERT_TRUE(book.advance(
      "siem", {{{"log/a", {9, "bb", 0}}}, {}, {{"log/a", 4}, {"log/a", 5}}, base::Timestamp{5}, ""}));
  ASSERT_EQ(book.parked_count("siem").value(), 1);
  EXPECT_EQ(book.parked("siem").value().front().log, "log/b");
}

TEST_F(StreamBookTest, KeepsAnErrorThatASuccessDoesNotEnd) {
  auto book = open();
  ASSERT_TRUE(book.begin("siem", kState, {}));
  ASSERT_TRUE(book.note_error("siem", "away", base::Timestamp{4}));
  ASSERT_TRUE(book.advance("siem", {{}, {}, {}, base::Timestamp{5}, "a log is altered"}));
  EXPECT_EQ(book.state("siem").value()->error, "a log is altered");
  EXPECT_EQ(book.state("siem").value()->error_time.micros, 5);
  ASSERT_TRUE(book.advance("siem", {{}, {}, {}, base::Timestamp{6}, ""}));
  EXPECT_EQ(book.state("siem").value()->error, "");
}

TEST_F(StreamBookTest, ForgetsAStreamThatIsGoneAndNoOther) {
  auto book = open();
  for (const auto* name : {"siem", "other"}) {
    ASSERT_TRUE(book.begin(name, kState, std::vector<StreamMove>{{"log/a", {7, "", 0}}}));
    ASSERT_TRUE(book.advance(name, {{}, {{"log/a", 4, "why", {1}, false}}, {}, {}, ""}));
  }
  ASSERT_TRUE(book.forget("siem"));
  EXPECT_EQ(book.names().value(), std::vector<std::string>{"other"});
  EXPECT_TRUE(book.cursors("siem").value().empty());
  EXPECT_EQ(book.parked_count("siem").value(), 0);
  EXPECT_EQ(book.parked_count("other").value(), 1);
}

}  // namespace
}  // namespace countersign::apps
