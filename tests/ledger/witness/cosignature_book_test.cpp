#include "ledger/witness/cosignature_book.h"

#include "tests/support/temp_dir.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace countersign::witness {
namespace {

const base::LogName kAcme{"log.example.com/eu-1/acme"}, kGlobex{"log.example.com/eu-1/globex"};

tree::NoteVerifier witness(std::uint8_t number) {
  const auto key = crypto::Ed25519Key::generate(
      [number](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), number); });
  return tree::NoteVerifier::make(fmt::format("w{}.example", number), tree::NoteKeyType::cosignature,
                                  key.public_key())
      .value();
}

class CosignatureBookTest : public ::testing::Test {
 protected:
  void add(CosignatureBook& book, std::uint64_t size, std::uint8_t number, const base::LogName& log = kAcme) {
    ASSERT_TRUE(book.add(log, witness(number), {size, 1'000}, fmt::format("{} by {}\n", size, number)));
  }

  testing::TempDir dir_;
  const std::filesystem::path file_ = CosignatureBook::file_of(dir_.path());
};

TEST_F(CosignatureBookTest, IsMadeByItsWriterAndReadBesideIt) {
  EXPECT_EQ(CosignatureBook::open(file_).error().code, base::Code::not_found);
  EXPECT_EQ(with_cosignatures(dir_.path(), kAcme, 5, "note\n").value(), "note\n") << "no book";
  auto book = CosignatureBook::open_to_write(file_).value();
  EXPECT_EQ(with_cosignatures(dir_.path(), kAcme, 5, "note\n").value(), "note\n") << "an empty one";
  add(book, 5, 2);
  add(book, 5, 1);
  add(book, 5, 1);
  add(book, 6, 1);
  add(book, 5, 1, kGlobex);
  EXPECT_EQ(with_cosignatures(dir_.path(), kAcme, 5, "note\n").value(), "note\n5 by 1\n5 by 2\n");
  EXPECT_EQ(CosignatureBook::open(file_).value().lines(kAcme, 7).value(), "");
}

TEST_F(CosignatureBookTest, IsWholeAgainAfterAHalfMadeOneWasLeft) {
  std::ofstream(file_.string() + ".new") << "half of it";
  auto book = CosignatureBook::open_to_write(file_).value();
  add(book, 1, 1);
  EXPECT_TRUE(CosignatureBook::open(file_));
}

TEST_F(CosignatureBookTest, KnowsTheNewestOfEachWitness) {
  auto book = CosignatureBook::open_to_write(file_).value();
  EXPECT_FALSE(book.newest(kAcme, witness(1)).value());
  add(book, 5, 1);
  add(book, 12, 1);
  add(book, 30, 2);
  add(book, 40, 1, kGlobex);
  EXPECT_EQ(book.newest(kAcme, witness(1)).value()->size, 12u);
  EXPECT_EQ(book.newest(kAcme, witness(1)).value()->time, 1'000);
  EXPECT_EQ(book.newest(kAcme, witness(2)).value()->size, 30u);
}

TEST_F(CosignatureBookTest, ChoosesTheCheckpointThatMostHaveCosignedOfThoseTheNewest) {
  auto book = CosignatureBook::open_to_write(file_).value();
  for (const auto& [size, numbers] : std::vector<std::pair<std::uint64_t, std::vector<std::uint8_t>>>{
           {10, {1, 2, 3}}, {20, {1, 2}}, {30, {2, 3}}, {40, {1}}})
    for (const auto number : numbers) add(book, size, number);
  EXPECT_EQ(book.most_cosigned(kAcme, 1, 100).value(), 10u);
  EXPECT_EQ(book.most_cosigned(kAcme, 11, 100).value(), 30u);
  EXPECT_EQ(book.most_cosigned(kAcme, 11, 29).value(), 20u);
  EXPECT_EQ(book.most_cosigned(kAcme, 31, 100).value(), 40u);
  EXPECT_FALSE(book.most_cosigned(kAcme, 41, 100).value());
  EXPECT_FALSE(book.most_cosigned(kGlobex, 1, 100).value());
}

TEST_F(CosignatureBookTest, ListsWhatAnybodyHasCosignedTheLargestFirst) {
  auto book = CosignatureBook::open_to_write(file_).value();
  for (const auto& [size, number] :
       std::vector<std::pair<std::uint64_t, std::uint8_t>>{{10, 1}, {20, 1}, {20, 2}, {40, 3}})
    add(book, size, number);
  add(book, 30, 1, kGlobex);
  EXPECT_EQ(book.sizes(kAcme, 100).value(), (std::vector<std::uint64_t>{40, 20, 10}));
  EXPECT_EQ(book.sizes(kAcme, 39).value(), (std::vector<std::uint64_t>{20, 10}));
  EXPECT_TRUE(book.sizes(kAcme, 9).value().empty());
}

TEST_F(CosignatureBookTest, RefusesAnotherFile) {
  {
    auto other = sqlite::Connection::open(file_, {.access = sqlite::Access::create}).value();
    ASSERT_TRUE(other.execute("CREATE TABLE t(x)"));
  }
  EXPECT_EQ(CosignatureBook::open(file_).error().code, base::Code::data_loss);
  EXPECT_EQ(CosignatureBook::open_to_write(file_).error().code, base::Code::data_loss);
}

}  // namespace
}  // namespace countersign::witness
