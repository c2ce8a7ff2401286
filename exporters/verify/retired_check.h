#pragma once

#include "exporters/jsonl/checkpoints.h"
#include "exporters/jsonl/retired.h"
#include "exporters/verify/checks.h"
#include "ledger/tree/merkle.h"

#include <cstdint>
#include <vector>

namespace countersign::verify {

/// `retired`: which records of the run are gone, and that what data/retired.jsonl says of them fits the
/// hashes that are left: their number and root, that it came when the signed checkpoints around it say, and
/// that it was kept as long as the rule says. One thread, but find() from any.
class RetiredCheck {
 public:
  explicit RetiredCheck(Verification& run) : run_(run) {}

  /// Reads data/retired.jsonl, where there is one; false, and a check that failed, where it does not read.
  bool load();
  /// The part that a retired record is said to be of; data_loss where none is.
  base::Result<std::size_t> find(const jsonl::RetiredRecord& record) const;
  /// Takes the next retired record of a part.
  void add(std::size_t part, std::uint64_t seq, const base::Digest& hash);
  /// Compares each part with what it says, once all were added.
  void finish(const jsonl::CommitTimes& commits);

 private:
  base::Result<void> check_claim(const jsonl::RetiredPart& part) const;
  base::Result<void> check_times(std::size_t part, const jsonl::CommitTimes& commits) const;
  base::Result<void> check(const jsonl::CommitTimes& commits) const;

  struct Found {
    tree::CompactRange leaves;
    std::uint64_t first = 0, last = 0;  ///< seq
  };

  Verification& run_;
  std::vector<jsonl::RetiredPart> parts_;
  std::vector<Found> found_;  ///< of each part
};

}  // namespace countersign::verify
