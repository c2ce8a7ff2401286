#pragma once

#include "ledger/base/types.h"

#include <string_view>
#include <vector>

namespace countersign::crypto {

/// Hash functions that providers sign their webhooks with. SHA-1 and MD5 serve for nothing else.
enum class Hash { md5, sha1, sha256, sha512 };

/// The hash of a message. Thread-safe.
std::vector<std::uint8_t> hash(Hash algorithm, std::string_view message);

/// HMAC (RFC 2104) of a message. Thread-safe. For our own data use hmac_sha256 of digest.h, which is faster.
std::vector<std::uint8_t> hmac(Hash algorithm, base::Bytes key, std::string_view message);

}  // namespace countersign::crypto
