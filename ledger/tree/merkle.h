#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// The Merkle tree of RFC 6962 section 2.1 (the same as RFC 9162 section 2.1) over SHA-256. Everything here
/// is a pure function or a value; functions are thread-safe, values are as safe as an int.

/// SHA-256(0x00 || record): the hash of a leaf, which is also the record hash of the chain.
base::Digest leaf_hash(base::Bytes record);
inline base::Digest leaf_hash(std::string_view record) { return leaf_hash(base::bytes_of(record)); }

/// SHA-256(0x01 || left || right).
base::Digest node_hash(const base::Digest& left, const base::Digest& right);

/// SHA-256 of nothing: the root of a tree without leaves.
base::Digest empty_root();

/// Tree sizes are kept below 2^63, so that they fit the signed integers of other implementations.
inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 63) - 1;

/// Where RFC 6962 splits a tree of `size` leaves: the largest power of two below `size`, which is 2 or more.
constexpr std::uint64_t largest_power_of_two_below(std::uint64_t size) { return std::bit_floor(size - 1); }

/// A growing tree, of which only the right edge is kept: the roots ("peaks") of the maximal perfect subtrees
/// of its leaves, one for each bit that is set in its size. Memory grows with the logarithm of the size.
class CompactRange {
 public:
  /// The tree without leaves.
  CompactRange() = default;

  /// The tree of `size` leaves with these peaks, the largest subtree first. invalid_argument where there is
  /// not one peak for each bit that is set in `size`, or `size` is above kTreeSizeMax.
  static base::Result<CompactRange> from_peaks(std::uint64_t size, std::vector<base::Digest> peaks);

  /// Adds a leaf at the right: one node hash on average.
  void append(const base::Digest& leaf);

  /// Adds 2^level leaves at once by the hash of their perfect subtree; the size must be a multiple of
  /// 2^level.
  void append_perfect(unsigned level, const base::Digest& hash);

  std::uint64_t size() const { return size_; }
  /// Largest subtree first. Valid until the next append.
  const std::vector<base::Digest>& peaks() const { return peaks_; }
  /// The RFC 6962 root of all leaves: as many node hashes as there are peaks, less one.
  base::Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<base::Digest> peaks_;
};

}  // namespace countersign::tree
