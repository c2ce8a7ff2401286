#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/password.h"
#include "ledger/vault/kek.h"
#include "web/auth/account_store.h"
#include "web/auth/password_rules.h"
#include "web/auth/sessions.h"
#include "web/auth/throttle.h"
#include "web/webauthn/credential.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::auth {

/// Why something was not done, for the person who asked: an HTTP status and a sentence.
struct Refusal {
  int status = 500;
  std::string detail;
  std::int64_t retry_after_s = 0;
};
template <class T>
using Outcome = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(int status, std::string detail, std::int64_t retry_after_s = 0) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(detail), retry_after_s});
}

/// Puts an event into the system log, durably, before it returns: of the regions where the account's tenants
/// have records, or of the first region for nobody's. `members` are those of an event (DESIGN.md section 4)
/// but id, time, type and tenant.
using Record = std::function<base::Result<void>(const Account* whose, std::string_view type,
                                                boost::json::object members)>;

/// What Record takes, for later.
struct Noted {
  std::optional<Account> whose;
  std::string type;
  boost::json::object members;
};

/// Records several events, all before it returns.
using RecordAll = std::function<base::Result<void>(const std::vector<Noted>& events)>;

/// Seals TOTP secrets under the appliance's key-encryption key, bound to what they are for, and opens them:
/// data_loss where another key sealed them.
struct Sealing {
  std::function<base::Result<std::vector<std::uint8_t>>(base::Bytes plain, const std::string& binding)> seal;
  std::function<base::Result<crypto::Secret>(base::Bytes sealed, const std::string& binding)> open;
};

/// What signing in works with. The functions that take it block, for hashing and for the disk: one thread at
/// a time, which is none that serves connections.
struct Access {
  AccountStore store;
  Sessions& sessions;  ///< shared with the threads that serve requests
  PasswordRules rules;
  Sealing sealing;
  base::Clock clock;
  crypto::Entropy entropy;
  Record record;
  std::optional<webauthn::RelyingParty> relying_party;  ///< none: no passkeys
  Throttle& names;       ///< tries of one name; shared, as that of addresses is
  Throttle& addresses;   ///< tries from one address
  Throttle& challenges;  ///< that one account asks for
  crypto::ScryptCost password_cost = {};
  std::string issuer = "Countersign";  ///< what authenticator apps show
  RecordAll record_all = {};           ///< of what is many; needed by answer_scim() alone
};

/// The `device` of an event: where a request comes from.
boost::json::object device_of(const Peer& peer);

/// What an event says of who did it, and from where.
boost::json::object members_of(const Account& account, const Peer& peer, std::string_view session);

/// The refusal of a request that failed here: of disk, key or record. Says in the log what happened.
tl::unexpected<Refusal> failure(std::string_view doing, const base::Error& error);

/// The account of a session; 401 where the session has ended since it was looked up, or the account is gone
/// or may no longer sign in.
Outcome<Account> account_of(Access& access, const Session& session);

}  // namespace countersign::auth
