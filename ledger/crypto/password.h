#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/entropy.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::crypto {

/// What scrypt (RFC 7914) costs. The defaults are the strongest of OWASP's password storage cheat sheet: 128
/// MiB and about a third of a second, so a caller bounds how many run at once.
struct ScryptCost {
  unsigned log2_n = 17;
  unsigned r = 8;
  unsigned p = 1;
};

/// Hashes a password with a fresh salt of 16 bytes: `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, both in base64
/// without padding, as the PHC string format has it.
std::string hash_password(std::string_view password, const Entropy& entropy, ScryptCost cost = {});

/// Whether a password is the one that was hashed. Takes as long for a wrong one. data_loss for a text that
/// hash_password does not write, or that asks for more than 1 GiB.
base::Result<bool> password_is(std::string_view password, std::string_view hashed);

/// Takes as long as password_is() and says no: for a user that there is not.
void spend_on_no_password(std::string_view password, ScryptCost cost = {});

}  // namespace countersign::crypto
