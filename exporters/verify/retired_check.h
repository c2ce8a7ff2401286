#pragma once

#include "exporters/jsonl/retired.h"
#include "exporters/verify/checks.h"
#include "ledger/tree/merkle.h"

#include <cstdint>
#include <vector>

namespace countersign::verify {

/// `retired`: which records of the run are gone, and that what data/retired.jsonl says of them fits the
/// hashes that are left. One thread, but find() from any.
class RetiredCheck {
 public:
  explicit RetiredCheck(Verification& run) : run_(run) {}

  /// Reads data/retired.jsonl, where there is one; false, and a check that failed, where it does not read.
  bool load();
  /// The part that a retired record is said to be of; data_loss where none is.
  base::Result<std::size_t> find(const jsonl::RetiredRecord& record) const;
  /// Takes the hash of the next retired record of a part.
  void add(std::size_t part, const base::Digest& hash) { leaves_[part].append(hash); }
  /// Compares each part with what it says, once all were added.
  void finish();

 private:
  base::Result<void> check_claim(const jsonl::RetiredPart& part) const;
  base::Result<void> check() const;

  Verification& run_;
  std::vector<jsonl::RetiredPart> parts_;
  std::vector<tree::CompactRange> leaves_;
};

}  // namespace countersign::verify
