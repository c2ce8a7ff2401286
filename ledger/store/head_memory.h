#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace countersign::store {

/// The newest size and root that were signed for a log.
struct SignedHead {
  std::uint64_t size = 0;
  base::Digest root;
};

/// Remembers, in a file outside the data folder, what was signed last for each log. It is written before a
/// checkpoint is published, so a data folder restored from an older copy is recognised before it signs a
/// second history. One thread.
class HeadMemory {
 public:
  /// Reads the file; a file that is not there yet is an empty memory. data_loss where it cannot be
  /// understood: a person must look, for an empty memory would forget what protects the logs.
  static base::Result<HeadMemory> open(std::filesystem::path file);

  const SignedHead* find(const base::LogName& log) const;
  const std::map<base::LogName, SignedHead>& heads() const { return heads_; }

  /// Makes new heads durable. failed_precondition, and nothing changes, where a head would go back or where a
  /// size would get a second root.
  base::Result<void> remember(const std::vector<std::pair<base::LogName, SignedHead>>& heads);

 private:
  explicit HeadMemory(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
  std::map<base::LogName, SignedHead> heads_;
};

}  // namespace countersign::store
