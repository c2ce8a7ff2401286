#pragma once

#include "ledger/base/result.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

/// RSASSA-PKCS1-v1_5 with SHA-256 (`RS256` of RFC 7518 section 3.3), which OAuth 2.0 servers ask for.
/// `private_key_pem` is an unencrypted key in PEM, PKCS #8 or PKCS #1, of 2048 to 8192 bits; invalid_argument
/// otherwise. Gives the signature's bytes. Thread-safe.
base::Result<std::string> sign_rs256(std::string_view private_key_pem, std::string_view message);

}  // namespace countersign::crypto
