#include "web/auth/administration.h"

#include "web/auth/password_limit.h"
#include "web/auth/sign_in.h"
#include "web/auth/text.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::auth {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

}  // namespace

base::Result<void> note(const Administrator& by, const Account& account, std::string_view type,
                        std::string_view action, const std::string& context, std::string_view reason) {
  auto members = by.members;
  json::object what{{"name", std::string(action)}, {"resource", account.id}};
  if (!context.empty()) what["context"] = context;
  members["action"] = std::move(what);
  if (!reason.empty()) members["outcome"] = {{"reason", std::string(reason)}};
  return by.record(&account, type, std::move(members));
}

namespace {

/// What of an account too many failures have locked.
json::array locks_of(const Account& account) {
  json::array out;
  if (account.factor_failures >= kFactorFailuresMax) out.emplace_back("second_factors");
  if (is_password_locked(account, true)) out.emplace_back("password");
  if (is_password_locked(account, false)) out.emplace_back("password_from_elsewhere");
  return out;
}

/// When a password or a passkey was last right, as far as that is kept: of passwords 30 days, to the day.
std::optional<base::Timestamp> last_seen(const Account& account) {
  std::optional<base::Timestamp> out;
  for (const auto& one : account.networks) out = std::max(out, std::optional(one.last_seen));
  for (const auto& one : account.passkeys) out = std::max(out, one.last_used);
  return out;
}

}  // namespace

std::string rights_of(const Account& account) {
  constexpr std::size_t kListMax = 700;
  std::string tenants = account.all_tenants ? "all tenants" : "tenants";
  for (const auto& tenant : account.tenants) {
    if (tenants.size() > kListMax) break;
    tenants += ' ' + tenant.value();
  }
  auto out = fmt::format("role {}, {}", to_string(account.role), tenants);
  if (account.period)
    out += fmt::format(", records from {} before {}", base::format_rfc3339(account.period->from),
                       base::format_rfc3339(account.period->before));
  if (account.expires) out += fmt::format(", expires {}", base::format_rfc3339(*account.expires));
  return out;
}

base::Result<void> check(const NewAccount& wish, base::Timestamp now) {
  if (wish.tenants.empty() == !wish.all_tenants)
    return fail(Code::invalid_argument,
                "an account is for the tenants that are named, or for all of them: say which");
  if (wish.role == ingest::Role::auditor && (wish.tenants.size() != 1 || !wish.period || !wish.expires))
    return fail(Code::invalid_argument,
                "an auditor has one tenant, a period that she may see, and an expiry");
  if (wish.period && wish.period->before <= wish.period->from)
    return fail(Code::invalid_argument, "the period ends before it begins");
  if (wish.expires && *wish.expires <= now)
    return fail(Code::invalid_argument, "the time when the account expires has passed already");
  if (!wish.display_name.empty() && count_characters(wish.display_name) == 0)
    return fail(Code::invalid_argument, "a display name is text in UTF-8");
  constexpr std::size_t kDisplayNameMax = 128;
  if (wish.display_name.size() > kDisplayNameMax)
    return fail(Code::invalid_argument, fmt::format("a display name has at most {} bytes", kDisplayNameMax));
  return {};
}

base::Result<Invited> add_account(const Administrator& by, const NewAccount& wish) {
  const auto now = by.clock();
  TRY(check(wish, now));
  Account account;
  TRY_ASSIGN(account.name, parse_account_name(wish.name));
  account.id = crypto::random_id(by.entropy);
  account.display_name = wish.display_name;
  account.role = wish.role;
  account.tenants = wish.tenants;
  account.all_tenants = wish.all_tenants;
  account.period = wish.period;
  account.expires = wish.expires;
  account.created = now;
  TRY_ASSIGN(const auto known, by.store.by_name(account.name));
  if (known) return fail(Code::already_exists, "there is an account of that name already");
  TRY(note(by, account, "user.provisioned", "add account", rights_of(account)));
  TRY(by.store.add(account));
  TRY_ASSIGN(auto token, invite(by.store, account.id, now, by.entropy));
  return Invited{std::move(account), std::move(token)};
}

base::Result<Invited> invite_again(const Administrator& by, std::string_view id) {
  TRY_ASSIGN(auto account, by.store.by_id(id));
  if (!account) return fail(Code::not_found, "there is no such account");
  if (!account->is_active(by.clock()))
    return fail(Code::failed_precondition, "the account is disabled or has expired");
  if (account->oidc)
    return fail(Code::failed_precondition, "the user signs in with a provider and has no password to set");
  TRY(note(by, *account, "user.invited", "invite"));
  TRY_ASSIGN(auto token, invite(by.store, id, by.clock(), by.entropy));
  return Invited{std::move(*account), std::move(token)};
}

base::Result<Account> disable(const Administrator& by, std::string_view id) {
  return by.store.change(id, [&](Account& one) -> base::Result<void> {
    if (one.disabled) return fail(Code::failed_precondition, "the account is disabled already");
    one.disabled = one.sessions_since = by.clock();
    one.invitation.reset();
    return note(by, one, "user.suspended", "disable account");
  });
}

base::Result<Account> enable(const Administrator& by, std::string_view id) {
  return by.store.change(id, [&](Account& one) -> base::Result<void> {
    if (!one.disabled) return fail(Code::failed_precondition, "the account is not disabled");
    one.disabled.reset();
    return note(by, one, "user.provisioned", "enable account", rights_of(one));
  });
}

base::Result<Account> reset_factors(const Administrator& by, std::string_view id) {
  return by.store.change(id, [&](Account& one) -> base::Result<void> {
    one.totp.reset();
    one.passkeys.clear();
    one.recovery_codes.clear();
    one.factor_failures = 0;
    one.sessions_since = by.clock();
    return note(by, one, "factor.reset", "reset factors", {}, "administrator");
  });
}

base::Result<Account> unlock(const Administrator& by, std::string_view id) {
  return by.store.change(id, [&](Account& one) -> base::Result<void> {
    if (locks_of(one).empty()) return fail(Code::failed_precondition, "the account is not locked");
    one.factor_failures = 0;
    one.password_failures = {};
    return note(by, one, "user.provisioned", "unlock account", {}, "unlocked");
  });
}

base::Result<void> remove(const Administrator& by, std::string_view id) {
  TRY_ASSIGN(const auto account, by.store.by_id(id));
  if (!account) return fail(Code::not_found, "there is no such account");
  if (account->scim)
    return fail(
        Code::failed_precondition,
        "the account is looked after by an identity platform over SCIM: take it away there, or disable "
        "it here");
  TRY(note(by, *account, "user.deprovisioned", "remove account"));
  return by.store.remove(id);
}

json::object account_document(const Account& account, base::Timestamp now) {
  constexpr std::size_t kDay = 10;
  json::array tenants, factors;
  auto locks = locks_of(account);
  for (const auto& tenant : account.tenants) tenants.emplace_back(tenant.value());
  if (account.totp) factors.emplace_back("totp");
  if (!account.passkeys.empty()) factors.emplace_back("passkey");
  std::string_view state = "active";
  if (account.is_disabled()) {
    state = "disabled";
  } else if (!account.is_active(now)) {
    state = "expired";
  } else if (!locks.empty()) {
    state = "locked";
  } else if (account.password.empty() && !account.oidc) {
    state = "invited";
  }
  json::object out{{"id", account.id},
                   {"user", account.name},
                   {"display_name", account.display_name},
                   {"role", std::string(to_string(account.role))},
                   {"tenants", std::move(tenants)},
                   {"all_tenants", account.all_tenants},
                   {"state", std::string(state)},
                   {"factors", std::move(factors)},
                   {"created", base::format_rfc3339(account.created)}};
  if (account.period)
    out["period"] = {{"from", base::format_rfc3339(account.period->from)},
                     {"before", base::format_rfc3339(account.period->before)}};
  if (account.expires) out["expires"] = base::format_rfc3339(*account.expires);
  if (!locks.empty()) out["locked"] = std::move(locks);
  if (account.disabled) out["disabled"] = base::format_rfc3339(*account.disabled);
  if (account.scim) out["provisioned_as"] = account.scim->id;
  if (account.oidc) out["issuer"] = account.oidc->issuer;
  out["origin"] = account.scim ? "scim" : account.oidc ? "oidc" : "password";
  if (const auto seen = last_seen(account)) out["last_seen_on"] = base::format_rfc3339(*seen).substr(0, kDay);
  if (account.invitation) out["invitation_expires"] = base::format_rfc3339(account.invitation->expires);
  return out;
}

}  // namespace countersign::auth
