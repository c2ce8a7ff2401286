#include "web/auth/sign_in.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/password.h"
#include "web/auth/password_limit.h"
#include "web/auth/proofs.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::auth {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::string_view kInvitation = "csi_";

auto wrong() { return refuse(401, "the user name or the password is wrong"); }

boost::json::object login(const Account* account, const Peer& peer, std::string_view session,
                          std::string_view reason, std::string_view action = "sign in") {
  auto members = account != nullptr ? members_of(*account, peer, session) : boost::json::object();
  if (account == nullptr && !peer.address.empty()) members["device"] = {{"ip", peer.address}};
  members["action"] = {{"name", std::string(action)}};
  members["outcome"] = {{"reason", std::string(reason)}};
  return members;
}

/// Whether the password is the account's; spends the same time where there is nothing to compare with.
base::Result<bool> is_right(const Access& access, const Account* account, std::string_view password) {
  if (account == nullptr || account->password.empty()) {
    crypto::spend_on_no_password(password, access.password_cost);
    return false;
  }
  return crypto::password_is(password, account->password);
}

std::string_view reason_of(const Account* account, bool locked, bool right, base::Timestamp now) {
  if (account == nullptr) return "unknown_user";
  if (locked) return "locked";
  if (!right) return account->password.empty() ? "no_password" : "wrong_password";
  if (account->is_disabled()) return "disabled";
  return account->is_active(now) ? "" : "expired";
}

std::vector<std::string> names_of(const Account& account) {
  return {account.name, account.name.substr(0, account.name.find('@')), account.display_name, "countersign"};
}

Outcome<Account> set_password(Access& access, const std::string& id, std::string_view password,
                              const AccountStore::Change& also, boost::json::object members) {
  const auto hashed = crypto::hash_password(password, access.entropy, access.password_cost);
  auto changed = access.store.change(id, [&](Account& one) -> base::Result<void> {
    TRY(also(one));
    one.password = hashed;
    return access.record(&one, "password.set", std::move(members));
  });
  if (!changed) return failure("a password was not changed", changed.error());
  return std::move(*changed);
}

/// Records a failure; the refusal is the same whether that could be done or not, so that it tells nothing.
template <class Refused>
Refused note_failure(Access& access, const Account* account, const Peer& peer, std::string_view session,
                     std::string_view reason, std::string_view action, Refused refused) {
  const auto noted = access.record(account, "login.failed", login(account, peer, session, reason, action));
  if (!noted) return failure("a failed sign-in was not recorded", noted.error());
  return refused;
}

bool is_of_this_machine(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

}  // namespace

std::int64_t begin_try(Throttle& names, Throttle& addresses, std::string_view name, const Peer& peer,
                       base::Timestamp now, bool known) {
  const auto of_address =
      is_of_this_machine(peer.address) ? 0 : addresses.begin(network_of(peer.address), now);
  if (of_address > 0 || name.empty()) return of_address;
  const auto spelled = parse_account_name(name);
  return names.begin(throttle_key(spelled ? std::string_view(*spelled) : name, peer.address, known), now);
}

Outcome<Sessions::Opened> sign_in(Access& access, std::string_view name, std::string_view password,
                                  const Peer& peer) {
  const auto spelled = parse_account_name(name);
  std::optional<Account> account;
  if (spelled) {
    auto found = access.store.by_name(*spelled);
    if (!found) return failure("cannot read an account", found.error());
    account = std::move(*found);
  }
  const auto* known = account ? &*account : nullptr;
  const bool from_known = known != nullptr && is_known(*known, peer.address, access.clock());
  const auto right = is_right(access, known, password);
  if (!right) return failure("cannot check a password", right.error());
  const bool locked = known != nullptr && is_password_locked(*known, from_known);
  const auto reason = reason_of(known, locked, *right, access.clock());
  if (!reason.empty()) {
    auto refused = note_failure(access, known, peer, {}, reason, "sign in", wrong());
    count_wrong_password(access, *right ? nullptr : known, from_known, peer);
    return refused;
  }
  auto members = members_of(*account, peer, {});
  members["action"] = {{"name", "sign in"}};
  if (const auto noted = access.record(known, "password.verified", std::move(members)); !noted)
    return failure("a password was not recorded", noted.error());
  access.names.succeeded(throttle_key(account->name, peer.address, from_known));
  access.addresses.take_back(network_of(peer.address));
  count_right_password(access, *account, peer);
  return access.sessions.open(account->id, peer, access.clock());
}

Outcome<Sessions::Opened> accept_invitation(Access& access, std::string_view token, std::string_view password,
                                            const Peer& peer) {
  const auto unknown = [&](const Account* account) {
    return note_failure(
        access, account, peer, {}, "unknown_invitation", "accept invitation",
        refuse(404, "this invitation is unknown, was used already or has expired; ask for a new one"));
  };
  const auto digest = crypto::sha256(token);
  auto found = access.store.by_invitation(digest);
  if (!found) return failure("cannot read an account", found.error());
  if (!*found) return unknown(nullptr);
  auto account = std::move(**found);
  const auto now = access.clock();
  if (now >= account.invitation->expires || !account.is_active(now)) return unknown(&account);
  if (const auto good = access.rules.check(password, names_of(account)); !good) {
    if (good.error().code != base::Code::invalid_argument)
      return failure("cannot check a password", good.error());
    return refuse(422, good.error().message);
  }
  bool gone = false;
  auto members = members_of(account, peer, {});
  members["action"] = {{"name", "accept invitation"}};
  auto changed = set_password(
      access, account.id, password,
      [&](Account& one) -> base::Result<void> {
        gone = !one.invitation || one.invitation->token_sha256 != digest;
        if (gone) return base::fail(base::Code::aborted, "the invitation was used meanwhile");
        one.invitation.reset();
        one.password_failures = {};
        remember_network(one, peer.address, now);
        return {};
      },
      std::move(members));
  if (gone) return unknown(&account);
  if (!changed) return tl::unexpected(changed.error());
  access.addresses.take_back(network_of(peer.address));
  access.sessions.close_others(account.id, {});
  return access.sessions.open(account.id, peer, now);
}

base::Result<std::string> invite(AccountStore& store, std::string_view id, base::Timestamp now,
                                 const crypto::Entropy& entropy) {
  auto token = std::string(kInvitation) + crypto::random_token(entropy);
  TRY(store.change(id, [&](Account& one) -> base::Result<void> {
    one.invitation = {crypto::sha256(token), {now.micros + kInvitationS * kMicros}};
    return {};
  }));
  return token;
}

Outcome<void> change_password(Access& access, const Session& session, std::string_view present,
                              std::string_view next) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (account->has_factor()) {
    if (const auto fresh = check_fresh(session, access.clock()); !fresh) return tl::unexpected(fresh.error());
  }
  const bool from_known = is_known(*account, session.peer.address, access.clock());
  const auto right = is_right(access, &*account, present);
  if (!right) return failure("cannot check a password", right.error());
  const bool locked = is_password_locked(*account, from_known);
  if (locked || !*right) {
    auto refused =
        note_failure(access, &*account, session.peer, session.id, locked ? "locked" : "wrong_password",
                     "change password", refuse(403, "the present password is wrong"));
    count_wrong_password(access, *right ? nullptr : &*account, from_known, session.peer);
    return refused;
  }
  access.names.succeeded(throttle_key(account->name, session.peer.address, from_known));
  access.addresses.take_back(network_of(session.peer.address));
  count_right_password(access, *account, session.peer);
  if (const auto good = access.rules.check(next, names_of(*account)); !good) {
    if (good.error().code != base::Code::invalid_argument)
      return failure("cannot check a password", good.error());
    return refuse(422, good.error().message);
  }
  auto members = members_of(*account, session.peer, session.id);
  members["action"] = {{"name", "change password"}};
  const auto changed = set_password(
      access, account->id, next, [](Account&) { return base::Result<void>(); }, std::move(members));
  if (!changed) return tl::unexpected(changed.error());
  access.sessions.close_others(account->id, session.id);
  return {};
}

Outcome<void> sign_out(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return {};
  auto members = members_of(*account, session.peer, session.id);
  members["action"] = {{"name", "sign out"}};
  const auto noted = access.record(&*account, "session.ended", std::move(members));
  // Whoever wants to leave is let go, whatever the disk says.
  access.sessions.close(session.id);
  if (!noted) return failure("a sign-out was not recorded", noted.error());
  return {};
}

}  // namespace countersign::auth
