#pragma once

#include "web/auth/access.h"
#include "web/auth/group_rights.h"
#include "web/oidc/logout.h"
#include "web/oidc/sign_in.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Accounts of people who sign in with an OpenID Provider. An account belongs to an issuer and a subject, and
/// to nothing else: not to an e-mail address, which the provider may give to somebody else tomorrow. What it
/// may do is what the groups give at each sign-in. A provider is believed as a password is: it opens one's
/// own account, and a second factor of our own opens the rest, whatever the provider says that it has asked
/// for.
namespace countersign::auth {

/// A provider, as far as accounts know it.
struct RightsByGroup {
  std::string provider;             ///< its name in the settings
  std::vector<GroupRights> rights;  ///< in the order of the settings
  /// Its people are provisioned over SCIM: it opens accounts that are there, and changes none.
  bool provisioned = false;
};

/// Signs in whom a provider vouches for. The first time this makes an account: its name is the address where
/// the provider has verified it, else `<provider>-<subject>`, and where that is taken a name that begins so.
/// Later the rights become what the groups give now. What is opened is as after a password: see sign_in().
/// 403: no group gives a right (then the sessions that are there end), the account is disabled, or its time
/// is over. Where the provider's people are provisioned, the first sign-in only finds the account that has
/// her external identifier, and 403 where there is none. Recorded: `identity.verified`, `user.provisioned`,
/// `user.role_changed`; `login.failed` with the reason no_role, not_provisioned, disabled or expired. The
/// caller has asked begin_try() of sign_in.h.
Outcome<Sessions::Opened> sign_in(Access& access, const RightsByGroup& by, const oidc::Identity& who,
                                  const Peer& peer);

/// Records a sign-in that came to nothing before it was known whose it is: `login.failed`, with the reason
/// refused_by_provider, not_proven, provider_unavailable or provider_disagrees.
Outcome<void> note_failed(Access& access, std::string_view provider, base::Code why, const Peer& peer);

/// Ends the sessions that a provider calls off. Recorded for each: `session.ended`.
Outcome<void> end_sessions(Access& access, std::string_view provider, const oidc::LogoutNotice& notice);

}  // namespace countersign::auth
