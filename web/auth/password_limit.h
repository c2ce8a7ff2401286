#pragma once

#include "web/auth/access.h"

#include <string>
#include <string_view>

/// How often a password may be wrong. The count is durable and ends at a limit, which Throttle alone is not:
/// NIST SP 800-63B section 5.2.2 allows 100 failures of one account one after another. Strangers are counted
/// apart from the networks that the person signs in from, so that who guesses from elsewhere neither slows
/// her down nor locks her out.
namespace countersign::auth {

/// Wrong passwords one after another at which an account's password is locked, until an administrator unlocks
/// it or a new invitation is used: those from networks of its own, and those from elsewhere. A right one
/// begins both counts anew, but unlocks nothing.
inline constexpr unsigned kPasswordFailuresMax = 50;
static_assert(2 * kPasswordFailuresMax <= 100);

/// How many networks of an account are known, and for how long after the last sign-in.
inline constexpr std::size_t kNetworksMax = 4;
inline constexpr std::int64_t kNetworkS = 30 * 86'400;

/// What an address belongs to: its network of 24 bits, for IPv6 of 64. Empty for this machine, where behind a
/// proxy that is not trusted everybody comes from, and for what is no address.
std::string home_of(std::string_view address);

/// Whether the person has signed in with her password from that network within kNetworkS.
bool is_known(const Account& account, std::string_view address, base::Timestamp now);

/// Keeps the network of who has shown that she is the person, in place of the one that rests longest.
void remember_network(Account& account, std::string_view address, base::Timestamp now);

/// What Throttle counts tries of a name by: strangers together, and each known network for itself.
std::string throttle_key(std::string_view name, std::string_view address, bool known);

/// Whether no password opens the account: from its own networks (`known`), or from elsewhere.
bool is_password_locked(const Account& account, bool known);

/// Counts a wrong password, and locks at the limit. Recorded then: `user.suspended` with the reason `locked`.
/// Takes as long where there is nothing to count (`account` null, or locked): the write tells nobody who is
/// there. What fails stands in the log and changes nothing for who asked.
void count_wrong_password(Access& access, const Account* account, bool known, const Peer& peer);

/// Remembers the network, and begins the counts anew where they have not locked anything. What fails stands
/// in the log.
void count_right_password(Access& access, const Account& account, const Peer& peer);

}  // namespace countersign::auth
