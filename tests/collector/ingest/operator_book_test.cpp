// When operators' tokens were last used, in memory and in the file.

#include "collector/ingest/operator_book.h"

#include "ledger/base/file.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace countersign::ingest {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

base::Timestamp at(std::int64_t micros) { return {micros}; }

TEST(OperatorBook, RemembersTheMinuteInWhichATokenWasLastUsed) {
  OperatorBook book;
  EXPECT_FALSE(book.last_used("shop"));
  book.used("shop", at(10 * kMinute + 7));
  EXPECT_EQ(book.last_used("shop"), at(10 * kMinute));
  book.used("shop", at(12 * kMinute - 1));
  EXPECT_EQ(book.last_used("shop"), at(11 * kMinute));
  EXPECT_FALSE(book.last_used("dpo"));
}

TEST(OperatorBook, OutlivesTheProcess) {
  const testing::TempDir folder;
  const auto file = folder / "operators.json";
  OperatorBook book;
  book.used("shop", at(10 * kMinute));
  book.used("d.p-o", at(11 * kMinute));
  ASSERT_TRUE(book.save(file));
  OperatorBook next;
  next.set(OperatorBook::load(file));
  EXPECT_EQ(next.last_used("shop"), at(10 * kMinute));
  EXPECT_EQ(next.last_used("d.p-o"), at(11 * kMinute));
  next.used("shop", at(12 * kMinute));
  ASSERT_TRUE(next.save(file));
  EXPECT_EQ(OperatorBook::load(file),
            (OperatorBook::Times{{"d.p-o", at(11 * kMinute)}, {"shop", at(12 * kMinute)}}));
}

TEST(OperatorBook, IsWrittenOnlyWhereItSaysSomethingNew) {
  const testing::TempDir folder;
  const auto file = folder / "operators.json";
  OperatorBook book;
  ASSERT_TRUE(book.save(file));
  EXPECT_FALSE(std::filesystem::exists(file)) << "nothing to write yet";
  book.used("shop", at(10 * kMinute));
  ASSERT_TRUE(book.save(file));
  ASSERT_TRUE(std::filesystem::remove(file));
  book.used("shop", at(10 * kMinute + 30'000'000));
  ASSERT_TRUE(book.save(file));
  EXPECT_FALSE(std::filesystem::exists(file)) << "the same minute";
  book.used("shop", at(11 * kMinute));
  ASSERT_TRUE(book.save(file));
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(OperatorBook, TriesAgainWhereItCouldNotBeWritten) {
  const testing::TempDir folder;
  OperatorBook book;
  book.used("shop", at(kMinute));
  EXPECT_FALSE(book.save(folder / "a file" / "in the way" / "operators.json"));
  ASSERT_TRUE(book.save(folder / "operators.json"));
  EXPECT_EQ(OperatorBook::load(folder / "operators.json").size(), 1u);
}

TEST(OperatorBook, BeginsAnewWhereTheFileIsDamaged) {
  const testing::TempDir folder;
  const auto file = folder / "operators.json";
  for (const std::string text : {"", "[]", "{\"shop\":7}", "{\"shop\":\"yesterday\"}", "{"}) {
    ASSERT_TRUE(base::write_file_durably(file, text, base::FileMode::readable));
    EXPECT_TRUE(OperatorBook::load(file).empty()) << text;
  }
  EXPECT_TRUE(OperatorBook::load(folder / "none.json").empty());
}

}  // namespace
}  // namespace countersign::ingest
