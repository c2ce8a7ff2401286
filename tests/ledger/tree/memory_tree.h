#pragma once

#include "ledger/crypto/digest.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <vector>

namespace countersign::testing {

/// A tree held as its leaf hashes, hashed by the definition of RFC 6962 section 2.1 word for word and on
/// purpose without any of the code under test but the two hash functions.
class MemoryTree {
 public:
  explicit MemoryTree(std::vector<base::Digest> leaves) : leaves_(std::move(leaves)) {}

  /// The tree whose leaf i is the hash of i and `seed`.
  static MemoryTree of_size(std::uint64_t size, std::uint64_t seed = 0) {
    std::vector<base::Digest> leaves;
    for (std::uint64_t i = 0; i < size; ++i)
      leaves.push_back(tree::leaf_hash(std::to_string(seed) + ":" + std::to_string(i)));
    return MemoryTree(std::move(leaves));
  }

  const std::vector<base::Digest>& leaves() const { return leaves_; }
  const base::Digest& leaf(std::uint64_t index) const { return leaves_[index]; }

  /// MTH(D[begin:end]).
  base::Digest root(std::uint64_t begin, std::uint64_t end) const {
    if (begin == end) return crypto::sha256(std::string_view());
    if (end - begin == 1) return leaves_[begin];
    std::uint64_t k = 1;
    while (2 * k < end - begin) k *= 2;
    return tree::node_hash(root(begin, begin + k), root(begin + k, end));
  }
  base::Digest root(std::uint64_t size) const { return root(0, size); }
  base::Digest root() const { return root(leaves_.size()); }

  tree::NodeSource source() const {
    return [this](unsigned level, std::uint64_t index) -> base::Result<base::Digest> {
      if (((index + 1) << level) > leaves_.size())
        return base::fail(base::Code::internal, "asked for a subtree that is not in the tree");
      return root(index << level, (index + 1) << level);
    };
  }

 private:
  std::vector<base::Digest> leaves_;
};

}  // namespace countersign::testing
