#pragma once

#include "web/auth/access.h"

#include <string>
#include <string_view>
#include <vector>

/// Second factors of the appliance's own accounts: their enrolment, and the challenges that they answer. Each
/// challenge, outcome and enrolment is recorded before it counts.
namespace countersign::auth {

/// For how long a success lets somebody change her own factors and password, in seconds.
inline constexpr std::int64_t kOwnWindowS = 900;
inline constexpr std::int64_t kChallengeS = 300;
inline constexpr unsigned kAttemptsMax = 5;  ///< at one challenge
inline constexpr std::size_t kRecoveryCodes = 10;

/// Whether a proof is at most `window_s` old. A window of 0 asks for one that was not used for anything yet.
bool is_fresh(const std::optional<Proof>& proof, std::int64_t window_s, base::Timestamp now);

/// What the audit log calls a first success in a session, and later ones.
std::string_view purpose_of(const Session& session);

struct Challenge {
  std::string id, factor;
  base::Timestamp expires;
  boost::json::object options;  ///< of a passkey: for PublicKeyCredential.parseRequestOptionsFromJSON
};

/// Asks for a code of the authenticator app. 409: none is enrolled. 423: too many failures, until an
/// administrator unlocks the account. Recorded: `challenge.sent`.
Outcome<Challenge> challenge_totp(Access& access, const Session& session);

/// Answers it. The session has a new cookie then and a proof. 403: a wrong code, or one that was used before.
/// 404: no such challenge waits, it has expired, or had kAttemptsMax answers. 423 as above.
/// Recorded: `challenge.verified` or `challenge.failed`; the first success of a session: `login.succeeded`.
Outcome<Sessions::Opened> answer_totp(Access& access, const Session& session, std::string_view challenge,
                                      std::string_view code);

struct TotpEnrolment {
  std::string uri;     ///< otpauth://…
  std::string secret;  ///< as a person types it in
};

/// Begins to enrol an authenticator app, in the place of one that there is. Only for who has no factor yet,
/// has shown one within kOwnWindowS, or came by a recovery code: else 403.
Outcome<TotpEnrolment> begin_totp(Access& access, const Session& session);

struct Enrolled {
  Sessions::Opened opened;  ///< with a proof
  std::vector<std::string> recovery_codes;
};

/// Ends it with a first code. Recovery codes are made anew; only their digests are kept. 404: no enrolment
/// waits. 403: a wrong code. Recorded: `factor.enrolled`.
Outcome<Enrolled> confirm_totp(Access& access, const Session& session, std::string_view code);

/// Takes the authenticator app off. 403: without a fresh proof. 409: it is the only factor. 404: there is
/// none. Recorded: `factor.removed`.
Outcome<void> remove_totp(Access& access, const Session& session);

/// Asks for a passkey, as challenge_totp(). 409: none is enrolled, or the appliance does not know its own
/// address (setting access.address).
Outcome<Challenge> challenge_passkey(Access& access, const Session& session);

/// Answers it with the JSON text of the browser's PublicKeyCredential, as answer_totp(). Each challenge is
/// answered once. A passkey whose counter went back is suspended, for a copy of it may be about: then the
/// account's other sessions end, and this one has no proof any more.
Outcome<Sessions::Opened> answer_passkey(Access& access, const Session& session, std::string_view challenge,
                                         std::string_view credential);

/// Begins to enrol a passkey, as begin_totp(): options for PublicKeyCredential.parseCreationOptionsFromJSON.
Outcome<boost::json::object> begin_passkey(Access& access, const Session& session);

/// Ends it with the browser's answer, under a name of the person's choice. Recovery codes are made where
/// there are none yet. 404: no enrolment waits. 403: the answer proves nothing. 409: kPasskeysMax are
/// enrolled, or somebody has this one. Recorded: `factor.enrolled`.
Outcome<Enrolled> confirm_passkey(Access& access, const Session& session, std::string_view name,
                                  std::string_view credential);

/// Takes a passkey off, by its id in base64url, as remove_totp().
Outcome<void> remove_passkey(Access& access, const Session& session, std::string_view id);

/// Makes new recovery codes; those before are worthless. 403: without a fresh proof.
Outcome<std::vector<std::string>> renew_recovery_codes(Access& access, const Session& session);

/// Takes a recovery code in the place of a second factor that was lost: the session may enrol a new one,
/// which takes the place of the old one, but see nothing. Until then the old one stays, so that nobody else
/// enrols one. 403: the code is none, or was used. 423 as above. Recorded: `factor.reset`, or `login.failed`.
Outcome<Sessions::Opened> recover(Access& access, const Session& session, std::string_view code);

/// What a TOTP secret is sealed for.
std::string totp_binding(std::string_view account_id);

/// Seals every TOTP secret under the newest key-encryption key, where it is not already.
base::Result<void> reseal_totp(AccountStore& store, const vault::Kek& kek, const crypto::Entropy& entropy);

}  // namespace countersign::auth
