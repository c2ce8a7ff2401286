#pragma once

#include "collector/ingest/operators.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "web/webauthn/credential.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::auth {

/// A person's own second factors and what proves her otherwise. Nothing here opens anything by itself: the
/// password is hashed, codes and invitations are digests, and the TOTP secret is sealed under the appliance's
/// key-encryption key.
struct Totp {
  std::vector<std::uint8_t> sealed;  ///< the secret (see totp_binding)
  std::int64_t last_step = 0;        ///< of the code that was accepted last
  base::Timestamp enrolled;

  bool operator==(const Totp&) const = default;
};

struct Passkey {
  webauthn::Credential credential;
  std::string name;  ///< which the person gave it
  base::Timestamp enrolled;
  std::optional<base::Timestamp> last_used;
  bool suspended = false;  ///< its counter went back: there may be a copy, and it serves no more

  bool operator==(const Passkey&) const = default;
};

/// A link by which a person sets her password, once.
struct Invitation {
  base::Digest token_sha256;
  base::Timestamp expires;

  bool operator==(const Invitation&) const = default;
};

/// What of a tenant's log an auditor may see: records received from `from` on and before `before`.
using Period = ingest::Period;

/// Who an account is at an OpenID Provider. Nothing else there names a person for good.
struct OidcLink {
  std::string issuer, subject;
  base::Timestamp granted;  ///< since when the account has the rights that it has

  bool operator==(const OidcLink&) const = default;
};

/// Whose account is looked after by an identity platform, over SCIM: nothing else changes what it may do.
struct ScimLink {
  std::string id;           ///< of the user there is (see Provisioned)
  std::string external_id;  ///< what the platform calls her; empty: it has not said
  bool suspended = false;   ///< the platform has deactivated her, or no group gives her a right
  base::Timestamp granted;  ///< since when the account has the rights that it has

  bool operator==(const ScimLink&) const = default;
};

/// Where a person has signed in from: `192.0.2.0/24` or `2001:db8::/64`, and no address.
struct KnownNetwork {
  std::string network;
  base::Timestamp last_seen;  ///< to the day

  bool operator==(const KnownNetwork&) const = default;
};

/// Wrong passwords one after another (see password_limit.h).
struct PasswordFailures {
  unsigned known = 0;      ///< from networks of her own
  unsigned elsewhere = 0;  ///< from others

  bool operator==(const PasswordFailures&) const = default;
};

/// A person who signs in. What is not given is denied.
struct Account {
  std::string id;    ///< 32 hexadecimal digits; never used again
  std::string name;  ///< what she signs in with, in lower case (see parse_account_name)
  std::string display_name;
  ingest::Role role = ingest::Role::auditor;
  std::vector<base::TenantId> tenants;  ///< for which she may act
  bool all_tenants = false;             ///< for any that is registered; then `tenants` is empty
  std::optional<Period> period;         ///< an auditor always has one
  base::Timestamp created;
  std::optional<base::Timestamp> expires;   ///< from then on she cannot sign in
  std::optional<base::Timestamp> disabled;  ///< since when she may not

  std::optional<ScimLink> scim;
  std::optional<OidcLink> oidc;  ///< she signs in with a provider, and has no password and no invitation
  std::string password;          ///< as crypto::hash_password writes it; empty: none was set
  std::optional<Invitation> invitation;
  std::optional<Totp> totp;
  std::vector<Passkey> passkeys;
  std::vector<base::Digest> recovery_codes;  ///< those that were not used
  base::Timestamp sessions_since;            ///< sessions that were opened before have ended
  unsigned factor_failures = 0;              ///< of second factors, one after another
  PasswordFailures password_failures;
  std::vector<KnownNetwork> networks;  ///< a few, of the last weeks

  bool operator==(const Account&) const = default;

  bool is_disabled() const { return disabled || (scim && scim->suspended); }
  bool is_active(base::Timestamp now) const { return !is_disabled() && (!expires || now < *expires); }
  bool may_act_for(const base::TenantId& tenant) const;
  bool has_factor() const { return totp.has_value() || !passkeys.empty(); }
  /// Whether a passkey serves that was not suspended, but for the one of that credential id.
  bool has_usable_passkey(base::Bytes but = {}) const;
};

inline constexpr std::size_t kPasskeysMax = 16;
/// Failures of second factors one after another at which they are locked until an administrator unlocks them:
/// a tenth of what NIST SP 800-63B section 5.2.2 allows.
inline constexpr unsigned kFactorFailuresMax = 10;

/// The spelling of a user name: lower case; 1 to 128 of a-z, 0-9 and `.` `_` `-` `+` `@`, beginning with a
/// letter or digit: e-mail addresses, and names of accounts. invalid_argument otherwise.
base::Result<std::string> parse_account_name(std::string_view text);

/// The document that stands in the store, and back. data_loss for a text that to_text does not write.
std::string to_text(const Account& account);
base::Result<Account> parse_account(std::string_view text);

}  // namespace countersign::auth
