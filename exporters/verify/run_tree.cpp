#include "exporters/verify/run_tree.h"

#include "ledger/tree/proof.h"

#include <fmt/format.h>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

/// The hashes of a path that lie to the left of the leaf, the largest subtree first: the peaks of the tree of
/// the leaves before it.
std::vector<base::Digest> left_siblings(const Inclusion& at, std::uint64_t size) {
  std::vector<base::Digest> left;
  std::size_t level = at.path.size();
  for (std::uint64_t begin = 0, end = size; end - begin > 1;) {
    const std::uint64_t split = begin + tree::largest_power_of_two_below(end - begin);
    --level;
    if (at.seq < split) {
      end = split;
    } else {
      left.push_back(at.path[level]);
      begin = split;
    }
  }
  return left;
}

}  // namespace

base::Result<RunTree> RunTree::begin(const Proofs& proofs) {
  const auto& first = *proofs.first;
  const auto& last = *proofs.last;
  const auto size = proofs.tree_size;
  if (size > tree::kTreeSizeMax || first.seq > last.seq || last.seq >= size ||
      first.path.size() != tree::inclusion_path_length(first.seq, size) ||
      last.path.size() != tree::inclusion_path_length(last.seq, size))
    return fail(Code::invalid_argument, "the inclusion proofs do not fit the size of the log");
  TRY_ASSIGN(auto range, tree::CompactRange::from_peaks(first.seq, left_siblings(first, size)));
  return RunTree(proofs, std::move(range));
}

base::Result<void> RunTree::add(const base::Digest& leaf) {
  if (size() > proofs_->last->seq)
    return fail(Code::invalid_argument, "there are more records than the proofs are for");
  if (size() == proofs_->first->seq) first_leaf_ = leaf;
  if (size() == proofs_->last->seq) {
    peaks_before_last_ = range_.peaks();
    last_leaf_ = leaf;
  }
  range_.append(leaf);
  return {};
}

base::Result<void> RunTree::finish() const {
  const auto& first = *proofs_->first;
  const auto& last = *proofs_->last;
  if (size() != last.seq + 1)
    return fail(Code::data_loss, fmt::format("the records from {} to {} are missing", size(), last.seq));
  if (peaks_before_last_ != left_siblings(last, proofs_->tree_size))
    return fail(
        Code::data_loss,
        fmt::format("the records {} to {} are not those under the log's root hash: one was changed, left "
                    "out, added or moved",
                    first.seq, last.seq));
  TRY(tree::verify_inclusion(last.seq, proofs_->tree_size, last_leaf_, last.path, proofs_->root));
  return tree::verify_inclusion(first.seq, proofs_->tree_size, first_leaf_, first.path, proofs_->root);
}

}  // namespace countersign::verify
