#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/webauthn/credential.h"

namespace countersign::webauthn {

enum class Ceremony {
  create,  ///< `webauthn.create`
  get,     ///< `webauthn.get`
};

/// Checks what the browser says of the ceremony (CollectedClientData, WebAuthn sections 5.8.1, 7.1 and 7.2):
/// its kind, the challenge, the origin, and that the page was not shown within a page of another origin.
/// `json` is clientDataJSON as it was signed. Members that are not known are passed over, as section 5.8.1
/// demands. The challenge is compared in constant time. Thread-safe.
///
/// invalid_argument where it does not read, unauthenticated where it is of another ceremony, and internal
/// where `challenge` is too short to be one of ours.
base::Result<void> check_client_data(base::Bytes json, Ceremony ceremony, const RelyingParty& rp,
                                     base::Bytes challenge);

}  // namespace countersign::webauthn
