#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <optional>

namespace countersign::tree {

/// Proves that a run of records is complete: that the leaves handed in are the leaves [first, last] of a
/// tree, all of them, in order. What lies to the left of the run is vouched for by the inclusion path of
/// `first`, what lies to the right by the path of `last`; together with the leaves between they give the
/// root. So a run of any length needs two paths and nothing else, and one changed, missing, added or swapped
/// leaf leads to another root or fails.
///
/// Leaves are streamed; memory grows with the logarithm of the tree. One thread at a time.
///
///     TRY_ASSIGN(auto range, RangeVerifier::begin(first, last, size, path_first, path_last));
///     for (...) TRY(range.add(leaf_hash(record)));
///     TRY_ASSIGN(const auto root, range.finish());   // compare with the root of a checkpoint
class RangeVerifier {
 public:
  /// invalid_argument unless first <= last < size <= kTreeSizeMax and each path has exactly the length that
  /// RFC 6962 gives it.
  static base::Result<RangeVerifier> begin(std::uint64_t first, std::uint64_t last, std::uint64_t size,
                                           Path path_first, Path path_last);

  /// Takes the next leaf. invalid_argument for a leaf behind `last`; nothing is changed then.
  base::Result<void> add(const base::Digest& leaf);

  /// Index of the leaf that add() takes next.
  std::uint64_t next() const { return range_.size() + (pending_ ? 1 : 0); }

  /// The root of the tree of `size` leaves. invalid_argument where leaves are missing; data_loss where the
  /// leaves and the two paths contradict each other, so that no hash of either path goes unchecked. The
  /// caller compares the root with a signed one.
  base::Result<base::Digest> finish() const;

 private:
  RangeVerifier(std::uint64_t first, std::uint64_t last, std::uint64_t size, Path path_first, Path path_last,
                CompactRange range)
      : first_(first),
        last_(last),
        size_(size),
        path_first_(std::move(path_first)),
        path_last_(std::move(path_last)),
        range_(std::move(range)) {}

  std::uint64_t first_;
  std::uint64_t last_;
  std::uint64_t size_;
  Path path_first_;
  Path path_last_;
  CompactRange range_;  ///< everything before the pending leaf
  std::optional<base::Digest> pending_;
  base::Digest first_leaf_;
};

}  // namespace countersign::tree
