#pragma once

#include <cstddef>

namespace countersign::testing {

/// Of a test that tries every byte, sanitized builds try one in so many: what they look for does not hang on
/// which byte it is, and each takes ten times as long. No power of two, so that every bit has its turn.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kEvery = 31;
#else
inline constexpr std::size_t kEvery = 1;
#endif

}  // namespace countersign::testing
