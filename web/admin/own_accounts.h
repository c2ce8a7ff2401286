#pragma once

#include "collector/endpoints/asker.h"
#include "ledger/base/result.h"
#include "web/auth/account.h"

#include <span>

namespace countersign::admin {

/// Whether an admin is shown an account: each is to who acts for all tenants, and to who acts for some those
/// that act for no others.
bool sees(const endpoints::Asker& asker, const auth::Account& account);

/// Whether he may change it: who acts for some tenants may where it is an auditor's or an analyst's.
bool looks_after(const endpoints::Asker& asker, const auth::Account& account);

/// failed_precondition where the account is the asker's own, or the last one that can sign in and is an admin
/// of all tenants: nobody takes himself, or the last of them, away. `all` are all accounts.
base::Result<void> may_be_taken_away(const endpoints::Asker& asker, const auth::Account& account,
                                     std::span<const auth::Account> all, base::Timestamp now);

/// What an admin is shown of an account; to a token, without the names.
boost::json::object user_document(const endpoints::Asker& asker, const auth::Account& account,
                                  base::Timestamp now);

}  // namespace countersign::admin
