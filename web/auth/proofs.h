#pragma once

#include "web/auth/access.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What every kind of second factor does the same way. For the folder's own sources.
namespace countersign::auth {

/// An event of a challenge: with its id, purpose and factor, and who has it.
boost::json::object challenge_members(const Account& account, const Session& session, const Pending& pending,
                                      std::string_view factor);

/// An event of an enrolment, or of the end of one.
boost::json::object factor_members(const Account& account, const Session& session, std::string_view factor,
                                   std::string_view action);

/// What a passkey is to sign.
std::vector<std::uint8_t> new_nonce(const crypto::Entropy& entropy);

/// Puts what waits for an answer on the session, in the place of what waited before. 401 where it has ended.
/// Recorded, where that was a challenge: `challenge.cancelled` with the reason replaced, or
/// `challenge.expired`.
Outcome<void> keep(Access& access, const Account& account, const Session& session, const Pending& pending);

/// Changes the session and gives it a new cookie. 401 where it has ended.
Outcome<Sessions::Opened> change_and_renew(Access& access, const Session& session,
                                           const std::function<void(Session&)>& change);

/// Puts a challenge on the session and records `challenge.sent`. 423 where the account's factors are locked.
Outcome<Pending> send_challenge(Access& access, const Account& account, const Session& session,
                                Pending::Kind kind, std::string_view factor);

/// The challenge that waits on the session under that id, with this answer counted; one for a passkey waits
/// no more then. 404 where there is none. Recorded, where it comes too late: `challenge.expired`.
Outcome<Pending> take_attempt(Access& access, const Account& account, const Session& session,
                              Pending::Kind kind, std::string_view id);

/// Counts a failure of the account and records `challenge.failed`; gives the refusal that says so.
tl::unexpected<Refusal> failed(Access& access, const Account& account, const Session& session,
                               const Pending& pending, std::string_view factor, std::string_view reason);

/// Records a success, puts the proof on the session and gives it a new cookie.
Outcome<Sessions::Opened> succeeded(Access& access, const Account& account, const Session& session,
                                    const Pending& pending, std::string_view factor);

/// 423 where too many second factors failed.
Outcome<void> check_not_locked(const Account& account);

/// 403 unless a second factor was shown within kOwnWindowS.
Outcome<void> check_fresh(const Session& session, base::Timestamp now);

/// 403 unless the session may change the account's factors.
Outcome<void> check_may_enrol(const Account& account, const Session& session, base::Timestamp now);

/// Puts a proof on the session, which gets a new cookie.
Outcome<Sessions::Opened> prove(Access& access, const Session& session, Proof proof);

/// Ends an enrolment: with the first proof of a session `login.succeeded` is recorded. Other sessions of the
/// account end.
Outcome<Sessions::Opened> enrolled(Access& access, const Account& account, const Session& session,
                                   std::string_view factor);

}  // namespace countersign::auth
