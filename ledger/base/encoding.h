#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::base {

/// Base64 with padding (RFC 4648 section 4).
std::string to_base64(Bytes bytes);
/// Base64 for URLs, without padding (RFC 4648 section 5): the spelling of tokens.
std::string to_base64url(Bytes bytes);
/// Lower-case hexadecimal.
std::string to_hex(Bytes bytes);

/// Writes the 44 characters of a Digest in base64 to `out`.
void write_base64(const Digest& digest, char* out);
/// Writes the 43 characters of a Digest in base64url to `out`.
void write_base64url(const Digest& digest, char* out);

inline constexpr std::size_t kDigestBase64Size = 44;
inline constexpr std::size_t kDigestBase64UrlSize = 43;

/// Decoders accept the one canonical spelling only: right padding, no white space, unused bits zero. So two
/// different texts never stand for the same bytes.
Result<std::vector<std::uint8_t>> from_base64(std::string_view text);
Result<std::vector<std::uint8_t>> from_base64url(std::string_view text);
/// Accepts upper and lower case.
Result<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// As from_base64, for exactly 32 bytes.
Result<Digest> digest_from_base64(std::string_view text);
Result<Digest> digest_from_base64url(std::string_view text);
Result<Digest> digest_from_hex(std::string_view text);

}  // namespace countersign::base
