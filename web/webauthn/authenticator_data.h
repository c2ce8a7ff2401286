#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/webauthn/credential.h"
#include "web/webauthn/public_key.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::webauthn {

/// An extension's output by its name. Only the kinds that libfido2 has to be told of are kept.
struct Extension {
  std::string_view name;
  std::optional<std::int64_t> number;  ///< where it is one
  bool is_false = false;
};

/// Attested credential data, WebAuthn section 6.5.1.
struct Attested {
  Aaguid aaguid{};
  base::Bytes credential_id;
  base::Bytes cose_key;
  PublicKey key;
};

/// Authenticator data, WebAuthn section 6.1. Views into the bytes it was read from.
struct AuthenticatorData {
  base::Bytes bytes;
  base::Bytes rp_id_hash;
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
  std::uint32_t sign_count = 0;
  std::optional<Attested> attested;
  std::vector<Extension> extensions;
};

/// Reads all of `bytes`; bits that the standard reserves are passed over. invalid_argument.
base::Result<AuthenticatorData> read_authenticator_data(base::Bytes bytes);

/// What both ceremonies demand (sections 7.1 and 7.2): the relying party's id, presence, verification, and no
/// backup where none can be. unauthenticated.
base::Result<void> check_authenticator_data(const AuthenticatorData& data, std::string_view rp_id);

}  // namespace countersign::webauthn
