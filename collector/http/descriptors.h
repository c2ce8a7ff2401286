#pragma once

#include <cstddef>

namespace countersign::http {

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
