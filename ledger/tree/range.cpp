#include "ledger/tree/range.h"

#include <fmt/format.h>

namespace countersign::tree {
namespace {

using base::Code;
using base::Digest;
using base::fail;
using base::Result;

/// The hashes of `path` that lie to the left of leaf `index`, the largest subtree first. They are the peaks
/// of the leaves before it: RFC 6962 cuts what is to the left of a leaf into the perfect subtrees of the bits
/// of its index.
std::vector<Digest> left_siblings(std::uint64_t index, std::uint64_t size, const Path& path) {
  std::vector<Digest> left;
  std::size_t level = path.size();
  for (std::uint64_t begin = 0, end = size; end - begin > 1;) {
    const std::uint64_t split = begin + largest_power_of_two_below(end - begin);
    --level;
    if (index < split) {
      end = split;
    } else {
      left.push_back(path[level]);
      begin = split;
    }
  }
  return left;
}

Result<void> check_length(std::string_view which, std::uint64_t index, std::uint64_t size, const Path& path) {
  const auto wanted = inclusion_path_length(index, size);
  if (path.size() == wanted) return {};
  return fail(
      Code::invalid_argument,
      fmt::format("the inclusion path of the {} record ({}) must have {} hashes in a tree of {} records, "
                  "but has {}",
                  which, index, wanted, size, path.size()));
}

}  // namespace

Result<RangeVerifier> RangeVerifier::begin(std::uint64_t first, std::uint64_t last, std::uint64_t size,
                                           Path path_first, Path path_last) {
  if (size > kTreeSizeMax) return fail(Code::invalid_argument, "a tree has fewer than 2^63 leaves");
  if (first > last || last >= size)
    return fail(Code::invalid_argument,
                fmt::format("records {} to {} are no range of a tree of {} records", first, last, size));
  TRY(check_length("first", first, size, path_first));
  TRY(check_length("last", last, size, path_last));
  TRY_ASSIGN(auto range, CompactRange::from_peaks(first, left_siblings(first, size, path_first)));
  return RangeVerifier(first, last, size, std::move(path_first), std::move(path_last), std::move(range));
}

Result<void> RangeVerifier::add(const Digest& leaf) {
  if (next() > last_)
    return fail(Code::invalid_argument,
                fmt::format("there are more records than the {} of the range {} to {}", last_ - first_ + 1,
                            first_, last_));
  if (next() == first_) first_leaf_ = leaf;
  if (pending_) range_.append(*pending_);
  pending_ = leaf;
  return {};
}

Result<Digest> RangeVerifier::finish() const {
  if (next() != last_ + 1)
    return fail(Code::invalid_argument, fmt::format("the records from {} to {} are missing", next(), last_));
  if (range_.peaks() != left_siblings(last_, size_, path_last_))
    return fail(
        Code::data_loss,
        fmt::format("the records from {} on do not lead to the inclusion proof of record {}: a record "
                    "was changed, left out, added or moved",
                    first_, last_));
  TRY_ASSIGN(const auto root, root_from_inclusion(last_, size_, *pending_, path_last_));
  TRY_ASSIGN(const auto first_root, root_from_inclusion(first_, size_, first_leaf_, path_first_));
  if (root != first_root)
    return fail(
        Code::data_loss,
        fmt::format("the inclusion proofs of records {} and {} lead to different roots", first_, last_));
  return root;
}

}  // namespace countersign::tree
