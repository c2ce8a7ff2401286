#include "web/admin/own_accounts.h"

#include "web/auth/administration.h"

#include <algorithm>

namespace countersign::admin {
namespace {

using base::Code;
using base::fail;
using endpoints::Asker;

/// Whether it can sign in, and do everything there.
bool rules(const auth::Account& account, base::Timestamp now) {
  const bool can_sign_in = account.oidc.has_value() || !account.password.empty();
  return account.role == ingest::Role::admin && account.all_tenants && can_sign_in && account.is_active(now);
}

}  // namespace

bool sees(const Asker& asker, const auth::Account& account) {
  if (asker.who->all_tenants) return true;
  return !account.all_tenants && !account.tenants.empty() &&
         std::all_of(account.tenants.begin(), account.tenants.end(),
                     [&](const auto& one) { return asker.who->may_act_for(one); });
}

bool looks_after(const Asker& asker, const auth::Account& account) {
  if (asker.who->all_tenants) return true;
  return sees(asker, account) &&
         (account.role == ingest::Role::auditor || account.role == ingest::Role::analyst);
}

base::Result<void> may_be_taken_away(const Asker& asker, const auth::Account& account,
                                     std::span<const auth::Account> all, base::Timestamp now) {
  if (account.id == asker.who->name)
    return fail(Code::failed_precondition, "that account is yours: another admin has to do that");
  const bool another = std::any_of(all.begin(), all.end(), [&](const auth::Account& one) {
    return one.id != account.id && rules(one, now);
  });
  if (rules(account, now) && !another)
    return fail(Code::failed_precondition,
                "that account is the last admin of all tenants who can sign in: add another one first");
  return {};
}

boost::json::object user_document(const Asker& asker, const auth::Account& account, base::Timestamp now) {
  auto out = auth::account_document(account, now);
  if (asker.person) return out;
  out.erase("user");
  out.erase("display_name");
  return out;
}

}  // namespace countersign::admin
