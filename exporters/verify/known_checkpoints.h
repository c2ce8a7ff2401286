#pragma once

#include "exporters/verify/checks.h"
#include "exporters/verify/run_tree.h"

#include <map>
#include <string>

namespace countersign::verify {

/// Checkpoints that the reader kept from elsewhere, held against the bundle: against its own two and against
/// the tree as it grows. One thread.
class KnownCheckpoints {
 public:
  explicit KnownCheckpoints(const Verification& run);

  /// Compares those of the size that the tree has now.
  void compare(const RunTree& tree);

  /// data_loss where one contradicts the bundle, is of another log or key, or cannot be compared with
  /// anything in the bundle.
  base::Result<void> finish() const;

 private:
  base::Result<void> add(const Verification& run, const std::string& note);

  base::Result<void> result_;
  std::multimap<std::uint64_t, base::Digest> waiting_;
};

}  // namespace countersign::verify
