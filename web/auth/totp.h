#pragma once

#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Time-based one-time passwords (RFC 6238) as authenticator apps make them: SHA-1, 6 digits, 30 seconds. All
/// functions are thread-safe.
namespace countersign::auth {

inline constexpr std::size_t kTotpSecretBytes = 20;  ///< as RFC 4226 section 4 recommends
inline constexpr std::int64_t kTotpStepS = 30;
/// Steps before and after the present one whose codes count, for clocks that differ (RFC 6238 section 5.2).
inline constexpr std::int64_t kTotpDrift = 1;

crypto::Secret new_totp_secret(const crypto::Entropy& entropy);

/// The code of a step.
std::string totp_code(const crypto::Secret& secret, std::int64_t step);

/// The step whose code this is, of those that count at `now` and lie above `last_step`: the last one that was
/// accepted, so that no code is accepted twice, nor one older than it (RFC 6238 section 5.2). Empty where it
/// is none. Compares in constant time.
std::optional<std::int64_t> totp_step(const crypto::Secret& secret, std::string_view code,
                                      base::Timestamp now, std::int64_t last_step);

/// `otpauth://totp/<issuer>:<account>?secret=…&issuer=…`: what a QR code hands to an authenticator app.
std::string otpauth_uri(const crypto::Secret& secret, std::string_view issuer, std::string_view account);

/// The secret as a person types it in: base32 without padding (RFC 4648 section 6).
std::string totp_secret_text(const crypto::Secret& secret);

}  // namespace countersign::auth
