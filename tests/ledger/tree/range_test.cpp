#include "ledger/tree/range.h"

#include "tests/ledger/tree/memory_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::tree {
namespace {

using testing::MemoryTree;

/// A completeness proof as an exporter writes it.
struct Run {
  std::uint64_t first;
  std::uint64_t last;
  std::uint64_t size;
  Path path_first;
  Path path_last;
  std::vector<base::Digest> leaves;

  base::Result<base::Digest> root() const {
    TRY_ASSIGN(auto range, RangeVerifier::begin(first, last, size, path_first, path_last));
    for (const auto& leaf : leaves) TRY(range.add(leaf));
    return range.finish();
  }
  /// Whether a reader who holds `genuine` from a checkpoint takes it for complete.
  bool passes(const base::Digest& genuine) const {
    const auto reached = root();
    return reached && *reached == genuine;
  }
};

Run run_of(const MemoryTree& tree, std::uint64_t first, std::uint64_t last) {
  const std::uint64_t size = tree.leaves().size();
  const auto at = [&](std::uint64_t i) { return tree.leaves().begin() + static_cast<std::ptrdiff_t>(i); };
  return {first,
          last,
          size,
          inclusion_path(first, size, tree.source()).value(),
          inclusion_path(last, size, tree.source()).value(),
          {at(first), at(last + 1)}};
}

TEST(RangeProof, LeadsToTheRootForEveryRangeOfEveryTreeTo40) {
  int ranges = 0;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    const auto tree = MemoryTree::of_size(n);
    for (std::uint64_t first = 0; first < n; ++first) {
      for (std::uint64_t last = first; last < n; ++last, ++ranges) {
        const auto root = run_of(tree, first, last).root();
        ASSERT_TRUE(root) << first << " to " << last << " of " << n << ": " << root.error().message;
        ASSERT_EQ(*root, tree.root());
      }
    }
  }
  EXPECT_EQ(ranges, 11480);
}

TEST(RangeProof, FailsForEveryChangedRemovedRepeatedOrSwappedLeafTo17) {
  for (std::uint64_t n = 1; n <= 17; ++n) {
    const auto tree = MemoryTree::of_size(n);
    const auto root = tree.root();
    for (std::uint64_t first = 0; first < n; ++first) {
      for (std::uint64_t last = first; last < n; ++last) {
        const auto good = run_of(tree, first, last);
        for (std::size_t i = 0; i < good.leaves.size(); ++i) {
          const auto at = static_cast<std::ptrdiff_t>(i);
          auto bad = good;
          bad.leaves[i].bytes[31] ^= 0x80;
          EXPECT_FALSE(bad.passes(root));
          bad = good;
          bad.leaves.erase(bad.leaves.begin() + at);
          EXPECT_FALSE(bad.passes(root));
          bad = good;
          bad.leaves.insert(bad.leaves.begin() + at, good.leaves[i]);
          EXPECT_FALSE(bad.passes(root));
          bad = good;
          std::swap(bad.leaves[i], bad.leaves[(i + 1) % bad.leaves.size()]);
          EXPECT_EQ(bad.passes(root), good.leaves.size() == 1);
        }
      }
    }
  }
}

TEST(RangeProof, LeavesNoHashOfEitherPathUnchecked) {
  for (std::uint64_t n = 2; n <= 17; ++n) {
    const auto tree = MemoryTree::of_size(n);
    for (std::uint64_t first = 0; first < n; ++first) {
      for (std::uint64_t last = first; last < n; ++last) {
        const auto good = run_of(tree, first, last);
        for (std::size_t i = 0; i < good.path_first.size(); ++i) {
          auto bad = good;
          bad.path_first[i].bytes[0] ^= 1;
          EXPECT_FALSE(bad.passes(tree.root())) << n << " " << first << " " << last << " " << i;
        }
        for (std::size_t i = 0; i < good.path_last.size(); ++i) {
          auto bad = good;
          bad.path_last[i].bytes[0] ^= 1;
          EXPECT_FALSE(bad.passes(tree.root())) << n << " " << first << " " << last << " " << i;
        }
      }
    }
  }
}

TEST(RangeProof, RefusesPathsOfTheWrongLengthAtOnce) {
  const auto tree = MemoryTree::of_size(13);
  const auto good = run_of(tree, 3, 9);
  auto shorter = good.path_first;
  shorter.pop_back();
  auto longer = good.path_last;
  longer.push_back(tree.leaf(0));
  EXPECT_FALSE(RangeVerifier::begin(3, 9, 13, shorter, good.path_last));
  EXPECT_FALSE(RangeVerifier::begin(3, 9, 13, good.path_first, longer));
  EXPECT_FALSE(RangeVerifier::begin(3, 9, 13, {}, {}));
}

TEST(RangeProof, RefusesRangesThatAreNone) {
  EXPECT_FALSE(RangeVerifier::begin(1, 0, 2, Path(1), Path(1)));
  EXPECT_FALSE(RangeVerifier::begin(0, 2, 2, Path(1), Path(1)));
  EXPECT_FALSE(RangeVerifier::begin(0, 0, 0, {}, {}));
  EXPECT_FALSE(RangeVerifier::begin(0, 0, std::uint64_t{1} << 63, Path(63), Path(63)));
}

TEST(RangeProof, SaysWhichRecordsAreMissing) {
  const auto tree = MemoryTree::of_size(13);
  auto run = run_of(tree, 3, 9);
  run.leaves.resize(4);
  const auto root = run.root();
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().message, "the records from 7 to 9 are missing");
}

TEST(RangeProof, RefusesALeafTooMany) {
  const auto tree = MemoryTree::of_size(13);
  auto run = run_of(tree, 3, 9);
  run.leaves.push_back(tree.leaf(10));
  const auto root = run.root();
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, base::Code::invalid_argument);
}

RC_GTEST_PROP(RangeProof, HoldsForRandomRangesAndNotForAlteredOnes, ()) {
  const auto n = *rc::gen::inRange<std::uint64_t>(1, 700);
  const auto first = *rc::gen::inRange<std::uint64_t>(0, n);
  const auto last = *rc::gen::inRange<std::uint64_t>(first, n);
  const auto tree = MemoryTree::of_size(n, *rc::gen::arbitrary<std::uint64_t>());
  auto run = run_of(tree, first, last);
  RC_ASSERT(run.passes(tree.root()));
  const auto at = *rc::gen::inRange<std::size_t>(0, run.leaves.size());
  const auto byte = *rc::gen::inRange<std::size_t>(0, 32);
  run.leaves[at].bytes[byte] ^= 1;
  RC_ASSERT(!run.passes(tree.root()));
}

}  // namespace
}  // namespace countersign::tree
