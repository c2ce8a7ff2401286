#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/webauthn/authenticator_data.h"

#include <string>

namespace countersign::webauthn {

// Signatures, with libfido2 1.12: the only place that knows it. The flags are for check_authenticator_data();
// the relying party's id is compared once more here. Thread-safe.

/// Whether the numbers are a key: for P-256, a point on the curve. invalid_argument.
base::Result<void> check_public_key(const PublicKey& key);

/// Checks the signature of an assertion (WebAuthn section 7.2) over the authenticator data and the
/// SHA-256 of `client_data`. unauthenticated; invalid_argument where an extension's output is not what its
/// definition says.
base::Result<void> verify_assertion(const std::string& rp_id, const PublicKey& key,
                                    const AuthenticatorData& data, base::Bytes client_data,
                                    base::Bytes signature);

/// Checks a `packed` self attestation (WebAuthn section 8.2), `statement` being attStmt in CBOR and `data`
/// holding the key. Errors as above. Stricter than CborReader: libfido2 wants the members of each map in the
/// order of CTAP 2.1 section 8, and for Ed25519 at most 992 bytes of authenticator data.
base::Result<void> verify_self_attestation(const std::string& rp_id, const AuthenticatorData& data,
                                           base::Bytes client_data, base::Bytes statement);

}  // namespace countersign::webauthn
