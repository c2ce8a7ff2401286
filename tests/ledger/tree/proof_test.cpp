#include "ledger/tree/proof.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"
#include "tests/ledger/tree/memory_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>

namespace countersign::tree {
namespace {

using testing::MemoryTree;
using testing::read_vectors;
using testing::text_at;

/// A root of a consistency probe. Some are texts of another length ("dont care 2") that only have to equal or
/// differ; their hash stands in for them, so that these probes reach the code under test too.
base::Digest root_of(std::string_view base64) {
  const auto digest = base::digest_from_base64(base64);
  return digest ? *digest : crypto::sha256(base64);
}

std::optional<Path> path_of(const boost::json::value& proof) {
  Path path;
  if (proof.is_null()) return path;
  for (const auto& hash : proof.as_array()) {
    const auto digest = base::digest_from_base64(std::string_view(hash.as_string()));
    if (!digest) return std::nullopt;
    path.push_back(*digest);
  }
  return path;
}

bool inclusion_holds(const boost::json::value& probe) {
  const auto leaf = base::digest_from_base64(text_at(probe, "leafHash"));
  const auto root = base::digest_from_base64(text_at(probe, "root"));
  const auto path = path_of(probe.at("proof"));
  return leaf && root && path &&
         verify_inclusion(probe.at("leafIdx").to_number<std::uint64_t>(),
                          probe.at("treeSize").to_number<std::uint64_t>(), *leaf, *path, *root)
             .has_value();
}

bool consistency_holds(const boost::json::value& probe) {
  const auto path = path_of(probe.at("proof"));
  return path && verify_consistency(probe.at("size1").to_number<std::uint64_t>(),
                                    probe.at("size2").to_number<std::uint64_t>(),
                                    root_of(text_at(probe, "root1")), root_of(text_at(probe, "root2")), *path)
                     .has_value();
}

TEST(MerkleProof, AnswersEveryPublishedInclusionProbe) {
  const auto probes = read_vectors("transparency-dev-merkle/inclusion.json");
  int ran = 0, valid = 0;
  for (const auto& probe : probes.as_array()) {
    EXPECT_EQ(inclusion_holds(probe), !probe.at("wantErr").as_bool()) << text_at(probe, "file");
    ++ran;
    valid += probe.at("wantErr").as_bool() ? 0 : 1;
  }
  EXPECT_EQ(ran, 98);
  EXPECT_EQ(valid, 6);
}

TEST(MerkleProof, AnswersEveryPublishedConsistencyProbe) {
  const auto probes = read_vectors("transparency-dev-merkle/consistency.json");
  int ran = 0, valid = 0;
  for (const auto& probe : probes.as_array()) {
    EXPECT_EQ(consistency_holds(probe), !probe.at("wantErr").as_bool()) << text_at(probe, "file");
    ++ran;
    valid += probe.at("wantErr").as_bool() ? 0 : 1;
  }
  EXPECT_EQ(ran, 98);
  EXPECT_EQ(valid, 6);
}

TEST(MerkleProof, RefusesEveryTruncatedAndLengthenedInclusionPath) {
  const auto tree = MemoryTree::of_size(33);
  for (std::uint64_t n = 1; n <= 33; ++n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      auto path = inclusion_path(i, n, tree.source()).value();
      path.push_back(tree.leaf(0));
      EXPECT_FALSE(verify_inclusion(i, n, tree.leaf(i), path, tree.root(n)));
      path.pop_back();
      while (!path.empty()) {
        path.pop_back();
        EXPECT_FALSE(verify_inclusion(i, n, tree.leaf(i), path, tree.root(n)));
      }
    }
  }
}

TEST(MerkleProof, RefusesAnyFlippedHash) {
  const auto tree = MemoryTree::of_size(21);
  const auto path = inclusion_path(9, 21, tree.source()).value();
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto bad = path;
    bad[i].bytes[i] ^= 1;
    const auto checked = verify_inclusion(9, 21, tree.leaf(9), bad, tree.root());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, base::Code::data_loss);
  }
  const auto between = consistency_path(9, 21, tree.source()).value();
  for (std::size_t i = 0; i < between.size(); ++i) {
    auto bad = between;
    bad[i].bytes[i] ^= 1;
    EXPECT_FALSE(verify_consistency(9, 21, tree.root(9), tree.root(21), bad));
  }
}

TEST(MerkleProof, RefusesAnIndexOutsideTheTree) {
  const auto tree = MemoryTree::of_size(4);
  EXPECT_FALSE(verify_inclusion(4, 4, tree.leaf(0), Path{}, tree.root()));
  EXPECT_FALSE(verify_inclusion(0, 0, tree.leaf(0), Path{}, empty_root()));
  EXPECT_FALSE(inclusion_path(4, 4, tree.source()));
  EXPECT_FALSE(inclusion_path(0, 0, tree.source()));
}

TEST(MerkleProof, RefusesSizesFrom2To63Up) {
  const std::uint64_t too_large = std::uint64_t{1} << 63;
  const auto root = leaf_hash("");
  EXPECT_FALSE(verify_inclusion(0, too_large, root, Path(63), root));
  EXPECT_FALSE(verify_consistency(1, too_large, root, root, Path(63)));
  EXPECT_FALSE(verify_consistency(too_large, too_large, root, root, Path{}));
  // At the greatest size there is an answer: the shape fits and the hashes are wrong.
  const auto checked = verify_inclusion(0, kTreeSizeMax, root, Path(63), root);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::Code::data_loss);
  EXPECT_EQ(inclusion_path_length(0, kTreeSizeMax), kProofHashesMax);
}

TEST(MerkleProof, RefusesAnEmptyFirstTree) {
  const auto tree = MemoryTree::of_size(3);
  EXPECT_FALSE(verify_consistency(0, 3, empty_root(), tree.root(), Path{}));
  EXPECT_FALSE(verify_consistency(0, 0, empty_root(), empty_root(), Path{}));
  EXPECT_FALSE(consistency_path(0, 3, tree.source()));
}

TEST(MerkleProof, RefusesATreeThatShrank) {
  const auto tree = MemoryTree::of_size(8);
  EXPECT_FALSE(verify_consistency(8, 4, tree.root(8), tree.root(4), Path{tree.leaf(0)}));
  EXPECT_FALSE(consistency_path(5, 4, tree.source()));
}

TEST(MerkleProof, ComparesRootsOfEqualSizes) {
  const auto tree = MemoryTree::of_size(6);
  EXPECT_TRUE(verify_consistency(6, 6, tree.root(), tree.root(), Path{}));
  EXPECT_FALSE(verify_consistency(6, 6, tree.root(), tree.root(5), Path{}));
  EXPECT_FALSE(verify_consistency(6, 6, tree.root(), tree.root(), Path{tree.leaf(0)}));
}

TEST(MerkleProof, HashesAnyRangeAsATreeOfItsOwn) {
  const auto tree = MemoryTree::of_size(20);
  for (std::uint64_t end = 1; end <= 20; ++end) {
    for (std::uint64_t begin = 0; begin < end; ++begin)
      EXPECT_EQ(range_root(begin, end, tree.source()).value(), tree.root(begin, end));
  }
}

TEST(MerkleProof, PassesOnTheErrorOfTheSource) {
  const NodeSource broken = [](unsigned, std::uint64_t) -> base::Result<base::Digest> {
    return base::fail(base::Code::unavailable, "no disk");
  };
  EXPECT_EQ(root_at(5, broken).error().code, base::Code::unavailable);
  EXPECT_EQ(inclusion_path(1, 5, broken).error().code, base::Code::unavailable);
  EXPECT_EQ(consistency_path(3, 5, broken).error().code, base::Code::unavailable);
  EXPECT_EQ(root_at(0, broken).value(), empty_root());
}

RC_GTEST_PROP(MerkleProof, HoldsForARandomTreeAndOnlyForIt, ()) {
  const auto n = *rc::gen::inRange<std::uint64_t>(2, 400);
  const auto i = *rc::gen::inRange<std::uint64_t>(0, n);
  const auto m = *rc::gen::inRange<std::uint64_t>(1, n);
  const auto tree = MemoryTree::of_size(n, *rc::gen::arbitrary<std::uint64_t>());
  const auto path = inclusion_path(i, n, tree.source()).value();
  RC_ASSERT(verify_inclusion(i, n, tree.leaf(i), path, tree.root()).has_value());
  RC_ASSERT(!verify_inclusion((i + 1) % n, n, tree.leaf(i), path, tree.root()).has_value());
  RC_ASSERT(!verify_inclusion(i, n, tree.leaf((i + 1) % n), path, tree.root()).has_value());
  const auto between = consistency_path(m, n, tree.source()).value();
  RC_ASSERT(verify_consistency(m, n, tree.root(m), tree.root(), between).has_value());
  RC_ASSERT(!verify_consistency(m, n, tree.root(m), tree.root(n - 1), between).has_value());
}

}  // namespace
}  // namespace countersign::tree
