#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/webauthn/credential.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <span>

namespace countersign::webauthn {

/// What the portal asks of a browser, as JSON. Every function is thread-safe and keeps nothing: the caller
/// draws the challenge (32 random bytes), remembers it with the session that asked and with its time, and
/// takes it away at the first answer, whether that is right or not.
///
/// Both ask for user verification (a PIN or a biometric), so that a passkey is two factors by itself.
/// `timeout_ms` is a hint to the browser and enforces nothing; WebAuthn section 15.1 recommends 300'000.
///
/// Errors are the caller's: invalid_argument where the challenge, the user's handle or a credential's id has
/// not the length that credential.h says, or the relying party has no id.

/// For `PublicKeyCredential.parseCreationOptionsFromJSON` (WebAuthn section 5.1): a credential for ES256,
/// EdDSA (Ed25519) or RS256, without attestation, discoverable where the authenticator can. `registered` are
/// the person's credentials: an authenticator that holds one of them makes no second one.
base::Result<boost::json::object> registration_options(const RelyingParty& rp, const User& user,
                                                       base::Bytes challenge,
                                                       std::span<const Credential> registered,
                                                       std::uint32_t timeout_ms);

/// For `PublicKeyCredential.parseRequestOptionsFromJSON` (same section). `allowed` are the
/// person's credentials; without any, the browser offers all passkeys that it has for the relying party, and
/// the answer says whose it is.
base::Result<boost::json::object> authentication_options(const RelyingParty& rp, base::Bytes challenge,
                                                         std::span<const Credential> allowed,
                                                         std::uint32_t timeout_ms);

}  // namespace countersign::webauthn
