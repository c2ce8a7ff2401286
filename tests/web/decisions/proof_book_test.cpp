#include "web/decisions/proof_book.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace countersign::decisions {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLog = 1;

base::Digest token(std::uint8_t byte) {
  base::Digest out;
  out.bytes.fill(byte);
  return out;
}

Told told(FactKind kind, std::uint64_t seq, std::int64_t at_s, std::vector<std::uint8_t> tokens = {1}) {
  Told out;
  out.fact.kind = kind;
  out.fact.seq = seq;
  out.fact.time = out.fact.received = {at_s * kSecond};
  for (const auto byte : tokens) out.actor.add(token(byte));
  return out;
}

std::vector<std::uint64_t> seqs(const Known& known) {
  std::vector<std::uint64_t> out;
  for (const auto& fact : known.facts) out.push_back(fact.seq);
  return out;
}

std::vector<std::uint64_t> of(const ProofBook& book, std::vector<base::Digest> tokens,
                              std::int64_t log = kLog) {
  return seqs(book.find(log, tokens));
}

using Seqs = std::vector<std::uint64_t>;

TEST(ProofBook, GivesEachFactOnceNewestFirstWhicheverTokensAreAskedFor) {
  ProofBook book;
  book.note(kLog, told(FactKind::success, 1, 10, {1, 2}));
  book.note(kLog, told(FactKind::failure, 2, 11, {2, 3}));
  book.note(kLog, told(FactKind::failure, 3, 12, {9}));
  book.note(kLog, told(FactKind::reset, 4, 13, {3, 2, 1}));
  EXPECT_EQ(of(book, {token(1)}), (Seqs{4, 1}));
  EXPECT_EQ(of(book, {token(2)}), (Seqs{4, 2, 1}));
  EXPECT_EQ(of(book, {token(1), token(2), token(3)}), (Seqs{4, 2, 1}));
  EXPECT_EQ(of(book, {token(9)}), (Seqs{3}));
  EXPECT_EQ(of(book, {token(8)}), Seqs{});
  EXPECT_EQ(of(book, {}), Seqs{});
}

TEST(ProofBook, KeepsLogsApart) {
  ProofBook book;
  book.note(1, told(FactKind::success, 1, 10));
  book.note(2, told(FactKind::success, 7, 10));
  EXPECT_EQ(of(book, {token(1)}, 1), (Seqs{1}));
  EXPECT_EQ(of(book, {token(1)}, 2), (Seqs{7}));
  EXPECT_EQ(of(book, {token(1)}, 3), Seqs{});
}

TEST(ProofBook, TakesATokenThatStandsTwiceInAnEventOnce) {
  ProofBook book;
  book.note(kLog, told(FactKind::success, 1, 10, {1, 1, 1}));
  book.note(kLog, told(FactKind::success, 2, 11, {1, 2, 1}));
  EXPECT_EQ(of(book, {token(1)}), (Seqs{2, 1}));
}

TEST(ProofBook, ForgetsWhatIsAnHourOldAndNothingElse) {
  ProofBook book;
  book.note(kLog, told(FactKind::success, 1, 10, {1, 2}));
  book.note(kLog, told(FactKind::success, 2, 11, {1}));
  book.forget_past({(10 + 3600) * kSecond - 1});
  EXPECT_EQ(of(book, {token(1)}), (Seqs{2, 1}));
  book.forget_past({(10 + 3600) * kSecond});
  EXPECT_EQ(of(book, {token(1)}), (Seqs{2}));
  EXPECT_EQ(of(book, {token(2)}), Seqs{});
  EXPECT_EQ(book.size(), 1u);
  EXPECT_EQ(book.tokens(kLog), 1u);
  book.forget_past({(11 + 3600) * kSecond});
  EXPECT_EQ(book.size(), 0u);
  EXPECT_EQ(book.tokens(kLog), 0u);
  book.note(kLog, told(FactKind::success, 3, 5000, {1, 2}));
  EXPECT_EQ(of(book, {token(2)}), (Seqs{3})) << "a token that was forgotten comes back";
}

TEST(ProofBook, RemembersABlockForAsLongAsItHolds) {
  ProofBook book;
  const std::vector<base::Digest> ana{token(1)};
  book.note(kLog, told(FactKind::blocked, 1, 10, {1, 2}));
  book.forget_past({1'000'000 * kSecond});
  EXPECT_EQ(book.size(), 0u);
  EXPECT_TRUE(book.find(kLog, ana).blocked);
  book.note(kLog, told(FactKind::unblocked, 2, 20, {2}));
  EXPECT_TRUE(book.find(kLog, ana).blocked) << "another token was provisioned";
  book.note(kLog, told(FactKind::unblocked, 3, 9, {1}));
  EXPECT_TRUE(book.find(kLog, ana).blocked) << "that was before";
  book.note(kLog, told(FactKind::unblocked, 4, 10, {1}));
  EXPECT_FALSE(book.find(kLog, ana).blocked);
}

TEST(ProofBook, LooksAtTheNewestOfWhomMuchIsTold) {
  ProofBook book;
  for (std::uint64_t seq = 0; seq < 1'000; ++seq)
    book.note(kLog, told(FactKind::failure, seq, 10, {1, seq % 2 == 0 ? std::uint8_t{2} : std::uint8_t{3}}));
  const auto known = of(book, {token(1), token(2), token(3)});
  ASSERT_EQ(known.size(), ProofBook::kFactsOfPersonMax);
  EXPECT_EQ(known.front(), 999u);
  EXPECT_EQ(known.back(), 1'000 - ProofBook::kFactsOfPersonMax);
}

TEST(ProofBook, SaysSoWhileSomethingHadToBeForgottenTooEarly) {
  ProofBook book(3);
  for (std::uint64_t seq = 1; seq <= 3; ++seq)
    book.note(kLog, told(FactKind::failure, seq, 10 * static_cast<std::int64_t>(seq)));
  EXPECT_TRUE(book.is_complete(kLog, {40 * kSecond}));
  book.note(2, told(FactKind::failure, 1, 40));
  EXPECT_EQ(book.size(), 3u);
  EXPECT_EQ(of(book, {token(1)}), (Seqs{3, 2}));
  EXPECT_FALSE(book.is_complete(kLog, {40 * kSecond}));
  EXPECT_TRUE(book.is_complete(2, {40 * kSecond}));
  EXPECT_FALSE(book.is_complete(kLog, {3'610 * kSecond - 1}));
  EXPECT_TRUE(book.is_complete(kLog, {3'610 * kSecond})) << "it would have been forgotten by now";
}

TEST(ProofBook, LetsNoLogsTimeRunBackwards) {
  ProofBook book;
  EXPECT_EQ(book.time_of(kLog, {5}), base::Timestamp{5});
  book.heard(kLog, {100});
  book.heard(kLog, {90});
  EXPECT_EQ(book.time_of(kLog, {5}), base::Timestamp{100});
  EXPECT_EQ(book.time_of(kLog, {105}), base::Timestamp{105});
  EXPECT_EQ(book.time_of(2, {5}), base::Timestamp{5});
}

}  // namespace
}  // namespace countersign::decisions
