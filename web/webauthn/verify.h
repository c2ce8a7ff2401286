#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/webauthn/credential.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::webauthn {

/// What a browser answered to options.h, checked. Every function is pure and thread-safe. `answer` is the
/// JSON text of `PublicKeyCredential.toJSON()` (WebAuthn section 5.1), at most kAnswerBytesMax bytes;
/// members that are not known are passed over, one that stands twice is refused.
///
/// Error codes, common to all:
///   invalid_argument    the answer does not read, or is something that was not asked for
///   unauthenticated     it reads, and proves nothing: challenge, origin, host, presence, signature, owner
/// The messages are for the log, hold no personal value and name the check that failed; whoever asked should
/// be told nothing but "no".

inline constexpr std::size_t kAnswerBytesMax = 16 * 1024;

/// Checks the answer to registration_options() by WebAuthn section 7.1 and gives the credential to keep. The
/// caller still has to see that nobody has a credential of this id and to bind it to the person who
/// was signed in, freshly authenticated, when the options were made.
///
/// Of attestation statements `none` is accepted, and `packed` self attestation, whose signature is checked.
/// With attestation `none` asked for a browser hands on no other (section 5.1.3); and since nothing
/// is decided by the model of an authenticator, no list of trusted makers is kept that another statement
/// could be checked against. So any other is refused rather than taken unread.
base::Result<Credential> verify_registration(const RelyingParty& rp, base::Bytes challenge,
                                             std::string_view answer);

/// Which credential an answer to authentication_options() says it is of. Nothing is proven yet.
struct Claim {
  std::vector<std::uint8_t> credential_id{};
  std::optional<std::vector<std::uint8_t>> user_handle{};
};
/// Reads the claim, for the caller to find the credential and its owner (WebAuthn section 7.2).
base::Result<Claim> read_claim(std::string_view answer);

/// How the caller knows whose credential must answer.
enum class Owner {
  known_before,  ///< the person was known when the options were made; the answer may leave the handle out
  claimed,       ///< the answer says so: it must hold the user's handle
};

struct AuthenticationCheck {
  const RelyingParty& rp;
  base::Bytes challenge;
  const Credential& credential;  ///< found by Claim::credential_id, and among those that were allowed
  base::Bytes user_handle;       ///< of the credential's owner, as kept
  Owner owner = Owner::known_before;
};

/// What changed with a success; to be kept in the credential before the person is let in.
struct Used {
  std::uint32_t sign_count = 0;
  bool backed_up = false;

  bool operator==(const Used&) const = default;
};

/// Checks the answer to authentication_options() by WebAuthn section 7.2. Besides the common errors:
///   failed_precondition  all is well but the signature counter, which has not grown: the authenticator may
///                        have been cloned (section 6.1.1). Worth an alarm; the credential should be
///                        suspended
///   data_loss            the credential's public key, as kept, does not read
base::Result<Used> verify_authentication(const AuthenticationCheck& check, std::string_view answer);

}  // namespace countersign::webauthn
