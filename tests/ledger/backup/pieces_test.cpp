#include "ledger/backup/pieces.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace countersign::backup {
namespace {

std::vector<std::string> cut(const std::string& piece, std::size_t page_bytes, bool first = false) {
  std::vector<std::string> out;
  const auto take = [&](base::Bytes payload) -> base::Result<void> {
    out.emplace_back(base::text_of(payload));
    return {};
  };
  EXPECT_TRUE(page_bytes == 0 ? cut_bytes(base::bytes_of(piece), take)
                              : cut_pages(base::bytes_of(piece), page_bytes, first, take));
  return out;
}

/// Pages of which some are of indexes, the others of tables.
std::string pages(std::size_t count, std::size_t page_bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(count * page_bytes, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  for (std::size_t i = 0; i < count; ++i) out[i * page_bytes] = random() % 5 == 0 ? '\x0a' : '\x0d';
  return out;
}

TEST(Pieces, ArePutTogetherAgain) {
  for (const std::size_t page_bytes :
       {std::size_t{0}, std::size_t{512}, std::size_t{4096}, std::size_t{65'536}}) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{17}, std::size_t{64}}) {
      const auto piece = pages(count, page_bytes == 0 ? 4'001 : page_bytes, static_cast<unsigned>(count));
      PieceBuilder builder(piece.size(), page_bytes);
      for (const auto& payload : cut(piece, page_bytes)) {
        EXPECT_LE(payload.size(), kPayloadBytesMax);
        ASSERT_TRUE(builder.add(payload));
      }
      const auto whole = builder.finish();
      ASSERT_TRUE(whole);
      EXPECT_TRUE(*whole == piece);
    }
  }
}

TEST(Pieces, KeepPagesOfIndexesAwayFromTheRest) {
  auto piece = pages(1'024, 4096, 3);
  const auto before = cut(piece, 4096);
  // An append touches every page of an index, and the last of a table.
  for (std::size_t i = 0; i < 1'024; ++i) {
    if (piece[i * 4096] == '\x0a') piece[i * 4096 + 100] ^= 1;
  }
  piece[1'023 * 4096 + 100] ^= 1;
  const auto after = cut(piece, 4096);
  const std::set<std::string> known(before.begin(), before.end());
  std::size_t fresh = 0, all = 0;
  for (const auto& payload : after) {
    all += payload.size();
    fresh += known.contains(payload) ? 0 : payload.size();
  }
  EXPECT_LT(fresh, all / 3) << "one page in five is of an index";
}

TEST(Pieces, TakeTheHeaderOfTheFirstPageForWhatItIs) {
  std::string piece(2 * 4096, '\0');
  piece[0] = '\x0a';  // the file's own header begins with a text
  piece[100] = '\x0d';
  piece[4096] = '\x0d';
  EXPECT_EQ(cut(piece, 4096, true).size(), 1u);
  EXPECT_EQ(cut(piece, 4096, false).size(), 2u);
}

TEST(Pieces, RefuseWhatDoesNotFit) {
  const auto piece = pages(16, 512, 9);
  const auto payloads = cut(piece, 512);
  const auto add = [&](const std::string& payload) {
    return PieceBuilder(piece.size(), 512).add(payload).has_value();
  };
  ASSERT_TRUE(add(payloads[0]));
  EXPECT_FALSE(add(""));
  EXPECT_FALSE(add("x"));
  EXPECT_FALSE(add(payloads[0] + "x"));
  EXPECT_FALSE(add(payloads[0].substr(0, payloads[0].size() - 1)));
  auto elsewhere = payloads[0];
  elsewhere[2] = '\x7f';
  EXPECT_FALSE(add(elsewhere)) << "a page behind the piece's end";
  PieceBuilder twice(piece.size(), 512);
  ASSERT_TRUE(twice.add(payloads[0]));
  EXPECT_FALSE(twice.add(payloads[0])) << "a page twice";
  ASSERT_GT(payloads.size(), 1u);
  EXPECT_FALSE(twice.finish()) << "pages are missing";
  PieceBuilder plain(3, 0);
  EXPECT_FALSE(plain.add("four"));
}

}  // namespace
}  // namespace countersign::backup
