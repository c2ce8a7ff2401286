#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/merkle.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace countersign::tree {

/// Proofs about the tree of RFC 6962 section 2.1: built by a log, checked by anybody. Checking follows the
/// algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2. All functions are pure and thread-safe.
///
/// Errors of the checks: invalid_argument where the shape is wrong (an index outside the tree, a path that is
/// too long or too short), data_loss where the shape is right and the hashes do not lead to the root.

/// More hashes than any tree below 2^63 leaves can need.
inline constexpr std::size_t kProofHashesMax = 63;

/// Hashes of siblings, the leaf's first.
using Path = std::vector<base::Digest>;

/// How many hashes the inclusion path of leaf `index` has in a tree of `size` leaves; index < size.
std::size_t inclusion_path_length(std::uint64_t index, std::uint64_t size);

/// The root to which a leaf and its path lead. invalid_argument unless index < size and the path has exactly
/// inclusion_path_length hashes.
base::Result<base::Digest> root_from_inclusion(std::uint64_t index, std::uint64_t size,
                                               const base::Digest& leaf, std::span<const base::Digest> path);

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this root.
base::Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const base::Digest& leaf,
                                    std::span<const base::Digest> path, const base::Digest& root);

/// Checks that the tree of `size1` leaves is the beginning of the tree of `size2` leaves. An empty first tree
/// is refused, because every tree begins with it and nothing would be checked: handle it before. Equal sizes
/// need equal roots and an empty path.
base::Result<void> verify_consistency(std::uint64_t size1, std::uint64_t size2, const base::Digest& root1,
                                      const base::Digest& root2, std::span<const base::Digest> path);

/// Gives the hash of the perfect subtree of 2^level leaves number `index`, that is of the leaves
/// [index * 2^level, (index + 1) * 2^level). Asked only for subtrees that lie wholly in the tree.
using NodeSource = std::function<base::Result<base::Digest>(unsigned level, std::uint64_t index)>;

/// The RFC 6962 hash of the leaves [begin, end), begin < end, as a tree of their own. Needs O(log) nodes
/// where begin is a multiple of the smallest power of two that is not below end - begin, as in every proof;
/// otherwise up to one for each leaf. Errors: those of the source.
base::Result<base::Digest> range_root(std::uint64_t begin, std::uint64_t end, const NodeSource& source);

/// The root over the first `size` leaves; empty_root() for 0.
base::Result<base::Digest> root_at(std::uint64_t size, const NodeSource& source);

/// PATH(index, D[size]) of RFC 6962 section 2.1.1. invalid_argument unless index < size <= kTreeSizeMax.
base::Result<Path> inclusion_path(std::uint64_t index, std::uint64_t size, const NodeSource& source);

/// PROOF(size1, D[size2]) of RFC 6962 section 2.1.2. invalid_argument unless
/// 0 < size1 <= size2 <= kTreeSizeMax.
base::Result<Path> consistency_path(std::uint64_t size1, std::uint64_t size2, const NodeSource& source);

}  // namespace countersign::tree
