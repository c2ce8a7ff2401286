#pragma once

#include "exporters/verify/proofs.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/merkle.h"

#include <cstdint>
#include <optional>

namespace countersign::verify {

/// The tree over a run of records as it grows from record to record, which tree::RangeVerifier does not show:
/// so that each checkpoint within the run can be compared with the records too. One thread at a time.
class RunTree {
 public:
  /// invalid_argument where first <= last < size does not hold or a path has another length than it must.
  static base::Result<RunTree> begin(const Proofs& proofs);

  /// Takes the next leaf; invalid_argument behind the last.
  base::Result<void> add(const base::Digest& leaf);

  /// How many leaves there are now, those before the run included.
  std::uint64_t size() const { return range_.size(); }
  /// The root over them.
  base::Digest root() const { return range_.root(); }

  /// Whether the leaves, all of them, are the leaves first to last of the tree of `tree_size` leaves with the
  /// root that the proofs name. data_loss where they are not.
  base::Result<void> finish() const;

 private:
  RunTree(const Proofs& proofs, tree::CompactRange range) : proofs_(&proofs), range_(std::move(range)) {}

  const Proofs* proofs_;
  tree::CompactRange range_;
  std::vector<base::Digest> peaks_before_last_;
  base::Digest first_leaf_;
  base::Digest last_leaf_;
};

}  // namespace countersign::verify
