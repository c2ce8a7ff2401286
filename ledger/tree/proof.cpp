#include "ledger/tree/proof.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::tree {
namespace {

using base::Code;
using base::Digest;
using base::fail;
using base::Result;

Result<void> check_index(std::uint64_t index, std::uint64_t size) {
  if (size > kTreeSizeMax) return fail(Code::invalid_argument, "a tree has fewer than 2^63 leaves");
  if (index >= size)
    return fail(Code::invalid_argument,
                fmt::format("there is no leaf {} in a tree of {} leaves", index, size));
  return {};
}

Result<void> check_sizes(std::uint64_t size1, std::uint64_t size2) {
  if (size2 > kTreeSizeMax) return fail(Code::invalid_argument, "a tree has fewer than 2^63 leaves");
  if (size1 == 0)
    return fail(Code::invalid_argument,
                "nothing can be proven about an empty tree: every tree begins with it");
  if (size1 > size2)
    return fail(Code::invalid_argument,
                fmt::format("a tree of {} leaves cannot be the beginning of one of {}", size1, size2));
  return {};
}

auto wrong_length(std::string_view what, std::size_t hashes) {
  return fail(Code::invalid_argument,
              fmt::format("the {} proof has {} hashes, which does not fit its indexes", what, hashes));
}

/// The loop of RFC 9162 section 2.1.4.2: both roots from one path, whose first hash is the subtree that the
/// two trees share.
Result<void> compare_roots(std::uint64_t fn, std::uint64_t sn, std::span<const Digest> path,
                           const Digest& root1, const Digest& root2, std::size_t hashes) {
  for (; (fn & 1) != 0; fn >>= 1) sn >>= 1;
  Digest first = path.front();
  Digest second = path.front();
  for (const auto& hash : path.subspan(1)) {
    if (sn == 0) return wrong_length("consistency", hashes);
    if ((fn & 1) != 0 || fn == sn) {
      first = node_hash(hash, first);
      second = node_hash(hash, second);
      for (; (fn & 1) == 0 && fn != 0; fn >>= 1) sn >>= 1;
    } else {
      second = node_hash(second, hash);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return wrong_length("consistency", hashes);
  if (first != root1)
    return fail(Code::data_loss, "the consistency proof does not lead to the root of the smaller tree");
  if (second != root2)
    return fail(Code::data_loss, "the consistency proof does not lead to the root of the larger tree");
  return {};
}

}  // namespace

std::size_t inclusion_path_length(std::uint64_t index, std::uint64_t size) {
  // Up to where the ways of `index` and of the last leaf part there is a sibling on each level; above, only
  // on the left.
  const auto inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  const std::uint64_t above = inner == 64 ? 0 : index >> inner;
  return inner + static_cast<unsigned>(std::popcount(above));
}

Result<Digest> root_from_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                   std::span<const Digest> path) {
  TRY(check_index(index, size));
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest root = leaf;
  for (const auto& hash : path) {
    if (sn == 0) return wrong_length("inclusion", path.size());
    if ((fn & 1) != 0 || fn == sn) {
      root = node_hash(hash, root);
      for (; (fn & 1) == 0 && fn != 0; fn >>= 1) sn >>= 1;
    } else {
      root = node_hash(root, hash);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return wrong_length("inclusion", path.size());
  return root;
}

Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                              std::span<const Digest> path, const Digest& root) {
  TRY_ASSIGN(const auto reached, root_from_inclusion(index, size, leaf, path));
  if (reached != root)
    return fail(Code::data_loss,
                fmt::format("the inclusion proof of leaf {} does not lead to the root of the "
                            "tree of {} leaves",
                            index, size));
  return {};
}

Result<void> verify_consistency(std::uint64_t size1, std::uint64_t size2, const Digest& root1,
                                const Digest& root2, std::span<const Digest> path) {
  TRY(check_sizes(size1, size2));
  if (path.size() > kProofHashesMax) return wrong_length("consistency", path.size());
  if (size1 == size2) {
    if (!path.empty()) return wrong_length("consistency", path.size());
    if (root1 != root2) return fail(Code::data_loss, "two trees of one size have different roots");
    return {};
  }
  if (path.empty()) return wrong_length("consistency", path.size());
  if (!std::has_single_bit(size1))
    return compare_roots(size1 - 1, size2 - 1, path, root1, root2, path.size());
  // A perfect first tree is the shared subtree itself and is not repeated in the path.
  Path whole{root1};
  whole.insert(whole.end(), path.begin(), path.end());
  return compare_roots(size1 - 1, size2 - 1, whole, root1, root2, path.size());
}

Result<Digest> range_root(std::uint64_t begin, std::uint64_t end, const NodeSource& source) {
  const std::uint64_t count = end - begin;
  if (std::has_single_bit(count) && begin % count == 0)
    return source(static_cast<unsigned>(std::countr_zero(count)), begin / count);
  const std::uint64_t split = begin + largest_power_of_two_below(count);
  TRY_ASSIGN(const auto left, range_root(begin, split, source));
  TRY_ASSIGN(const auto right, range_root(split, end, source));
  return node_hash(left, right);
}

Result<Digest> root_at(std::uint64_t size, const NodeSource& source) {
  if (size == 0) return empty_root();
  return range_root(0, size, source);
}

Result<Path> inclusion_path(std::uint64_t index, std::uint64_t size, const NodeSource& source) {
  TRY(check_index(index, size));
  Path path;
  for (std::uint64_t begin = 0, end = size; end - begin > 1;) {
    const std::uint64_t split = begin + largest_power_of_two_below(end - begin);
    const bool in_left = index < split;
    TRY_ASSIGN(const auto sibling,
               in_left ? range_root(split, end, source) : range_root(begin, split, source));
    path.push_back(sibling);
    (in_left ? end : begin) = split;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Result<Path> consistency_path(std::uint64_t size1, std::uint64_t size2, const NodeSource& source) {
  TRY(check_sizes(size1, size2));
  Path path;
  std::uint64_t begin = 0;
  std::uint64_t end = size2;
  while (end != size1) {
    const std::uint64_t split = begin + largest_power_of_two_below(end - begin);
    const bool in_left = size1 <= split;
    TRY_ASSIGN(const auto sibling,
               in_left ? range_root(split, end, source) : range_root(begin, split, source));
    path.push_back(sibling);
    (in_left ? end : begin) = split;
  }
  if (begin != 0) {
    TRY_ASSIGN(const auto shared, range_root(begin, end, source));
    path.push_back(shared);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace countersign::tree
