#pragma once

#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::auth {

/// `kRecoveryCodes` codes of 80 random bits, such as `mzxw-6ytb-oi2d-gnrz`: look-up secrets (NIST SP 800-63B
/// section 5.1.2). Of so many bits a plain hash is enough.
std::vector<std::string> new_recovery_codes(const crypto::Entropy& entropy);

/// What is kept of a code of that account. Case, spaces and hyphens do not matter.
base::Digest recovery_digest(std::string_view account_id, std::string_view code);
std::vector<base::Digest> digests_of(std::string_view account_id, const std::vector<std::string>& codes);

}  // namespace countersign::auth
