#pragma once

#include "web/auth/access.h"

#include <string>

/// What administrators do with accounts. Each change is recorded before it holds: who made it in `actor`, the
/// account's id in `action.resource`; never a name.
namespace countersign::auth {

struct Administrator {
  AccountStore& store;
  const Record& record;
  base::Clock clock;
  crypto::Entropy entropy;
  boost::json::object members;  ///< of who does it: `actor`, and where known `device` and `session`
};

/// Records a change of an account: `action` in words, as `type`. Before it holds.
base::Result<void> note(const Administrator& by, const Account& account, std::string_view type,
                        std::string_view action, const std::string& context = {},
                        std::string_view reason = {});

struct NewAccount {
  std::string name, display_name;
  ingest::Role role = ingest::Role::auditor;
  std::vector<base::TenantId> tenants = {};
  bool all_tenants = false;
  std::optional<Period> period = {};
  std::optional<base::Timestamp> expires = {};
};

struct Invited {
  Account account;
  std::string token;  ///< of her invitation; kept nowhere
};

/// Whether an account may be so. invalid_argument: no tenant and not all of them; an auditor without exactly
/// one tenant, a period and an expiry; a period that ends before it begins; an expiry that has passed.
base::Result<void> check(const NewAccount& wish, base::Timestamp now);

/// Adds an account that has no password yet, and invites the person. Whether the tenants are registered is
/// the caller's to check. invalid_argument: a name that is none, and as check(). already_exists: the name.
/// Recorded: `user.provisioned`.
base::Result<Invited> add_account(const Administrator& by, const NewAccount& wish);

/// A new link, for who lost it or forgot the password. The present password stays good until it is used.
/// failed_precondition: she may not sign in, or does so with a provider. Recorded: `user.invited`.
base::Result<Invited> invite_again(const Administrator& by, std::string_view id);

/// She cannot sign in any more, and her sessions end; and again she can. failed_precondition: it is so
/// already. Recorded: `user.suspended`, `user.provisioned`.
base::Result<Account> disable(const Administrator& by, std::string_view id);
base::Result<Account> enable(const Administrator& by, std::string_view id);

/// Takes all second factors and recovery codes off, for who has lost them, and ends the sessions: she enrols
/// anew with her password.
/// Recorded: `factor.reset`.
base::Result<Account> reset_factors(const Administrator& by, std::string_view id);

/// After too many failures of second factors or of the password. failed_precondition: neither is locked.
/// Recorded: `user.provisioned`, with the reason unlocked.
base::Result<Account> unlock(const Administrator& by, std::string_view id);

/// Removes the account with all that is known of it; records keep its id. failed_precondition: it was
/// provisioned over SCIM. Recorded: `user.deprovisioned`.
base::Result<void> remove(const Administrator& by, std::string_view id);

/// What an account may do, in a line, as events say it.
std::string rights_of(const Account& account);

/// What of an account others may know: all but what proves who somebody is.
boost::json::object account_document(const Account& account, base::Timestamp now);

}  // namespace countersign::auth
