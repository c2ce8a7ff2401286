#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/store/schema.h"
#include "ledger/vault/keys.h"
#include "ledger/vault/vault_reader.h"
#include "web/decisions/decision.h"
#include "web/decisions/decision_body.h"
#include "web/decisions/ledger_follower.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace countersign::decisions {

/// What is to be decided, of a tenant that is kept in the region.
struct DecisionRequest {
  std::shared_ptr<const ingest::Tenant> tenant;  ///< with the policies that hold
  DecisionBody body;
};

struct DeciderOptions {
  store::RegionFiles files;
  const vault::VaultKeys* keys = nullptr;  ///< outlives it
  base::Clock clock = base::system_clock();
  std::size_t facts_max = ProofBook::kFactsMax;
};

/// An answer.
struct Decided {
  Outcome outcome = Outcome::blocked;
  std::string json;
};

/// Decides for one region, by its ledger, its vault and the tenants' policies. Values are looked up as they
/// are spelled: the vault has a token for each spelling, as the events have. One thread. An error means that
/// nothing was decided; the same call may be made again.
class Decider {
 public:
  /// not_found, data_loss: as store::LedgerReader::open and vault::VaultReader::open.
  static base::Result<Decider> open(DeciderOptions options);

  /// See LedgerFollower::load; before anything else.
  base::Result<void> load(const std::function<bool()>& stop);

  /// Follows the ledger a little and forgets what is past. Whether there is more to follow.
  base::Result<bool> keep_up();

  /// Decides by all that was committed before the call. unavailable where more happened in the last hour than
  /// is remembered.
  ///
  /// With a window of 0 a success serves its own action once: the `action.name` and `challenge.id` of its
  /// record are those of the request, and it has not served since load(). One from before load() does not
  /// serve, because whether it has is not known any more.
  base::Result<Decided> decide(const DecisionRequest& request);

 private:
  Decider(DeciderOptions options, LedgerFollower follower, vault::VaultReader vault)
      : options_(std::move(options)), follower_(std::move(follower)), vault_(std::move(vault)) {}

  base::Result<ActorTokens> actor_tokens(const base::TenantId& tenant, const DecisionBody& body);
  /// Whether the record of a success names the request's action and challenge.
  base::Result<bool> is_of(const store::LogHead& log, std::uint64_t seq, const DecisionBody& body);

  DeciderOptions options_;
  LedgerFollower follower_;
  vault::VaultReader vault_;
  std::map<std::pair<std::int64_t, std::uint64_t>, base::Timestamp> used_;  ///< log and record; when
};

}  // namespace countersign::decisions
