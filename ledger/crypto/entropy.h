#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace countersign::crypto {

/// Fills a buffer with random bytes; passed in, so that tests are deterministic. Called from any thread.
using Entropy = std::function<void(std::span<std::uint8_t>)>;

/// OpenSSL's generator (RAND_bytes). Ends the process where it cannot give random bytes.
Entropy system_entropy();

/// A name that no other thing has: 128 random bits in 32 lower-case hexadecimal digits.
std::string random_id(const Entropy& entropy);
/// Whether a text is spelled as random_id() spells one.
bool is_random_id(std::string_view text);

/// What nobody guesses: 256 random bits in 43 characters of base64url.
std::string random_token(const Entropy& entropy);

}  // namespace countersign::crypto
