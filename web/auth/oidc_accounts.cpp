#include "web/auth/oidc_accounts.h"

#include "ledger/base/utf8.h"
#include "web/auth/administration.h"
#include "web/auth/throttle.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kDisplayNameMax = 128, kNameMax = 100, kSuffixSize = 8;

json::object action(std::string_view name, std::string_view provider) {
  return {{"name", std::string(name)}, {"context", fmt::format("with the provider {}", provider)}};
}

/// `whose` may be null: then the subject says who it was, where it is known.
json::object failed_login(const Account* whose, std::string_view subject, std::string_view provider,
                          const Peer& peer, std::string_view reason) {
  auto members = members_of(whose != nullptr ? *whose : Account(), peer, {});
  if (whose == nullptr) {
    members.erase("actor");
    if (!subject.empty()) members["actor"] = {{"id", std::string(subject)}};
  }
  members["action"] = action("sign in", provider);
  members["outcome"] = {{"reason", std::string(reason)}};
  return members;
}

json::object change_members(const Account& account, const Peer& peer, std::string_view what,
                            std::string_view provider) {
  auto members = members_of(account, peer, {});
  members["action"] = {{"name", std::string(what)},
                       {"resource", account.id},
                       {"context", fmt::format("with the provider {}: {}", provider, rights_of(account))}};
  return members;
}

/// Letters, digits and what else a user name may have; '-' for the rest.
std::string made_to_fit(std::string text) {
  for (char& c : text)
    if (!parse_account_name(std::string("a") + c)) c = '-';
  return text.substr(0, kNameMax);
}

std::string name_of(const oidc::Identity& who, const std::string& provider) {
  if (who.email_verified) {
    if (auto spelled = parse_account_name(who.email)) return std::move(*spelled);
  }
  const auto spelled = parse_account_name(made_to_fit(provider + "-" + who.subject));
  return spelled ? *spelled : "person";
}

base::Result<Account> provision(Access& access, const RightsByGroup& by, const GroupRights& rights,
                                const oidc::Identity& who, const Peer& peer) {
  const auto now = access.clock();
  Account account;
  account.id = crypto::random_id(access.entropy);
  account.name = name_of(who, by.provider);
  account.display_name = std::string(base::cut(who.name, kDisplayNameMax));
  account.created = now;
  account.oidc = {who.issuer, who.subject, now};
  grant(account, rights, now, account.oidc->granted);
  TRY_ASSIGN(const auto taken, access.store.by_name(account.name));
  if (taken) account.name = account.name.substr(0, kNameMax) + "-" + account.id.substr(0, kSuffixSize);
  TRY(access.record(&account, "user.provisioned", change_members(account, peer, "add account", by.provider)));
  TRY(access.store.add(account));
  return account;
}

base::Result<Account> follow(Access& access, const RightsByGroup& by, const GroupRights& rights,
                             const Account& account, const oidc::Identity& who, const Peer& peer) {
  const auto now = access.clock();
  const auto display_name = std::string(base::cut(who.name, kDisplayNameMax));
  const auto change = [&](Account& one) {
    if (!display_name.empty()) one.display_name = display_name;
    return grant(one, rights, now, one.oidc->granted);
  };
  auto wanted = account;
  change(wanted);
  if (wanted == account) return account;
  return access.store.change(account.id, [&](Account& one) -> base::Result<void> {
    if (!change(one)) return {};
    return access.record(&one, "user.role_changed", change_members(one, peer, "change rights", by.provider));
  });
}

tl::unexpected<Refusal> refused(Access& access, const RightsByGroup& by, const Account* account,
                                const oidc::Identity& who, const Peer& peer, std::string_view reason,
                                std::string detail) {
  const auto noted =
      access.record(account, "login.failed", failed_login(account, who.subject, by.provider, peer, reason));
  if (!noted) return failure("a failed sign-in was not recorded", noted.error());
  return refuse(403, std::move(detail));
}

std::string_view reason_of(base::Code why) {
  switch (why) {
    case base::Code::permission_denied:
      return "refused_by_provider";
    case base::Code::unauthenticated:
      return "not_proven";
    case base::Code::failed_precondition:
      return "provider_disagrees";
    default:
      return "provider_unavailable";
  }
}

/// The account that was provisioned for her, from now on known by issuer and subject; empty where there is
/// none, or where more than one has her identifier.
base::Result<std::optional<Account>> find_provisioned(Access& access, const RightsByGroup& by,
                                                      const oidc::Identity& who, const Peer& peer) {
  TRY_ASSIGN(auto known, access.store.by_subject(who.issuer, who.subject));
  if (known) return known->scim ? std::move(known) : std::optional<Account>();
  if (who.external_id.empty()) return std::optional<Account>();
  TRY_ASSIGN(const auto accounts, access.store.all());
  const Account* found = nullptr;
  for (const auto& one : accounts) {
    if (!one.scim || one.scim->external_id != who.external_id) continue;
    if (found != nullptr || (one.oidc && one.oidc->issuer == who.issuer)) return std::optional<Account>();
    found = &one;
  }
  if (found == nullptr) return std::optional<Account>();
  TRY_ASSIGN(auto linked, access.store.change(found->id, [&](Account& account) -> base::Result<void> {
    account.oidc = {who.issuer, who.subject, account.scim->granted};
    account.password.clear();
    account.invitation.reset();
    account.sessions_since = access.clock();
    return access.record(&account, "user.provisioned",
                         change_members(account, peer, "link identity", by.provider));
  }));
  return std::optional(std::move(linked));
}

/// The account as it is at this sign-in.
Outcome<Account> account_for(Access& access, const RightsByGroup& by, const oidc::Identity& who,
                             const Peer& peer) {
  if (by.provisioned) {
    auto found = find_provisioned(access, by, who, peer);
    if (!found) return failure("cannot find a provisioned account", found.error());
    if (*found) return std::move(**found);
    return refused(access, by, nullptr, who, peer, "not_provisioned",
                   "the provider knows you, but has not provisioned an account for you here; ask who looks "
                   "after the appliance");
  }
  auto found = access.store.by_subject(who.issuer, who.subject);
  if (!found) return failure("cannot read an account", found.error());
  const auto* known = *found ? &**found : nullptr;
  // What a platform provisions, the groups of a token do not change.
  if (known != nullptr && known->scim) return std::move(**found);
  const auto rights = rights_by(who.groups, by.rights);
  if (!rights) {
    if (known != nullptr) access.sessions.close_others(known->id, {});
    return refused(access, by, known, who, peer, "no_role",
                   "the provider knows you, but none of the groups that it names gives you a role here; ask "
                   "who looks after the appliance");
  }
  if (known != nullptr && known->disabled) return std::move(**found);
  auto account = known == nullptr ? provision(access, by, *rights, who, peer)
                                  : follow(access, by, *rights, *known, who, peer);
  if (!account) return failure("an account was not brought up to date", account.error());
  return std::move(*account);
}

}  // namespace

Outcome<Sessions::Opened> sign_in(Access& access, const RightsByGroup& by, const oidc::Identity& who,
                                  const Peer& peer) {
  const auto account = account_for(access, by, who, peer);
  if (!account) return tl::unexpected(account.error());
  if (account->is_disabled())
    return refused(access, by, &*account, who, peer, "disabled",
                   "the account is disabled; ask who looks after the appliance");
  if (!account->is_active(access.clock()))
    return refused(access, by, &*account, who, peer, "expired",
                   "the time for which the account was given is over; ask who looks after the appliance");
  auto members = members_of(*account, peer, {});
  members["action"] = action("sign in", by.provider);
  if (const auto noted = access.record(&*account, "identity.verified", std::move(members)); !noted)
    return failure("the word of a provider was not recorded", noted.error());
  access.addresses.take_back(network_of(peer.address));
  return access.sessions.open(account->id, peer, access.clock(),
                              OidcSession{who.issuer, who.subject, who.sid});
}

Outcome<void> note_failed(Access& access, std::string_view provider, base::Code why, const Peer& peer) {
  const auto noted =
      access.record(nullptr, "login.failed", failed_login(nullptr, {}, provider, peer, reason_of(why)));
  if (!noted) return failure("a failed sign-in was not recorded", noted.error());
  return {};
}

Outcome<void> end_sessions(Access& access, std::string_view provider, const oidc::LogoutNotice& notice) {
  Outcome<void> out;
  for (const auto& session : access.sessions.close_of_oidc(notice.issuer, notice.subject, notice.sid)) {
    const auto account = access.store.by_id(session.account);
    if (!account) {
      out = failure("cannot read an account", account.error());
      continue;
    }
    if (!*account) continue;
    auto members = members_of(**account, session.peer, session.id);
    members["action"] = action("sign out", provider);
    members["outcome"] = {{"reason", "back_channel_logout"}};
    if (const auto noted = access.record(&**account, "session.ended", std::move(members)); !noted)
      out = failure("the end of a session was not recorded", noted.error());
  }
  return out;
}

}  // namespace countersign::auth
