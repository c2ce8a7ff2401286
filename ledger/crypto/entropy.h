#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace countersign::crypto {

/// Fills a buffer with random bytes; passed in, so that tests are deterministic. Called from any thread.
using Entropy = std::function<void(std::span<std::uint8_t>)>;

/// OpenSSL's generator (RAND_bytes). Ends the process where it cannot give random bytes.
Entropy system_entropy();

}  // namespace countersign::crypto
