#pragma once

#include "web/auth/access.h"

namespace countersign::auth {

inline constexpr std::int64_t kInvitationS = 72 * 3'600;

/// Asked before a password is looked at, and before it waits for a desk: the seconds until that name may be
/// tried again from that address; 0: now, and the try counts. `name` is empty for tries that have none.
/// Addresses of this machine are not counted: behind a proxy everybody has one. `known`: the account of that
/// name has signed in from there (Directory::knows), and waits for nobody else's failures. Any thread.
std::int64_t begin_try(Throttle& names, Throttle& addresses, std::string_view name, const Peer& peer,
                       base::Timestamp now, bool known = false);

/// Signs a person in with her password. What is opened has shown one factor: it may enrol a second or show
/// it, and nothing else. 401 in the same words and after the same work whatever was wrong: the name, the
/// password, an account that is disabled, has none, or whose password is locked (password_limit.h). Recorded:
/// `password.verified`, or `login.failed`, with the account where there is one, and never with what was
/// typed. The caller has asked begin_try().
Outcome<Sessions::Opened> sign_in(Access& access, std::string_view name, std::string_view password,
                                  const Peer& peer);

/// Sets the password of a person who was invited and signs her in. The link is worthless then. 404 in the
/// same words for a link that is unknown, used or expired; 422 for a password that PasswordRules refuse, with
/// which the link stays good. Recorded: `password.set`, `login.failed`. The caller has asked begin_try().
Outcome<Sessions::Opened> accept_invitation(Access& access, std::string_view token, std::string_view password,
                                            const Peer& peer);

/// Makes a link of `kInvitationS` for an account; the one before is worthless. Returns its token, which is
/// kept nowhere. Errors as AccountStore::change.
base::Result<std::string> invite(AccountStore& store, std::string_view id, base::Timestamp now,
                                 const crypto::Entropy& entropy);

/// Changes one's own password. Every other session of the account ends. 403: the present one is wrong, or the
/// account has a second factor and the session no fresh proof. 422: PasswordRules refuse the new one.
/// Recorded: `password.set`, `login.failed`. The caller has asked begin_try().
Outcome<void> change_password(Access& access, const Session& session, std::string_view present,
                              std::string_view next);

/// Ends a session. Recorded: `session.ended`.
Outcome<void> sign_out(Access& access, const Session& session);

}  // namespace countersign::auth
