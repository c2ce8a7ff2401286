#pragma once

#include <cstddef>
#include <optional>

namespace countersign::http {

/// How many file descriptors this process may have: the soft limit as /proc says it, because a sandbox may
/// forbid getrlimit(), whose system call sets limits, too. Empty where it cannot be read.
std::optional<std::size_t> descriptors_max();

/// Keeps connections from taking the last file descriptors of the process, which the ledger needs to remember
/// what it signs: a quarter of them stays free, 64 at most. Thread-safe.
class DescriptorReserve {
 public:
  DescriptorReserve();

  /// Whether one more connection may be accepted. `descriptor` is any that is open.
  bool leaves_room(int descriptor) const;

 private:
  std::size_t most_ = 0;  ///< that the process may have, when it was asked at the start
};

}  // namespace countersign::http
