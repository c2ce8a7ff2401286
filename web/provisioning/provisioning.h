#pragma once

#include "collector/ingest/admission.h"
#include "collector/ingest/service.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/schema.h"
#include "ledger/vault/keys.h"
#include "ledger/vault/vault_reader.h"
#include "web/provisioning/evidence.h"
#include "web/provisioning/roster.h"
#include "web/provisioning/state_file.h"
#include "web/provisioning/vault_store.h"
#include "web/scim/service.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace countersign::provisioning {

/// SCIM for sources: what an identity provider says of a tenant's users and groups is kept for it, and each
/// change becomes evidence in the tenant's log before it counts. One for each region that is kept here.
///
/// A user's document stands in the vault and nowhere else, as the payload of the event that recorded it; the
/// state (`scim.sqlite`) has its token. An event is on disk before the state is: a crash between leaves a
/// record more, and none is ever missing. A user whose document was erased is gone, from groups, too.
///
/// One thread at a time; calls block until the ledger has answered.
class Provisioning {
 public:
  struct Options {
    base::RegionId region;
    store::RegionFiles files;
    vault::VaultKeys keys;                    ///< a handle
    ingest::IngestService* ingest = nullptr;  ///< outlives it
    std::string base_url;                     ///< `https://host/scim/v2`, as clients reach it
    base::Clock clock = base::system_clock();
    crypto::Entropy entropy = crypto::system_entropy();
    Limits limits = {};
    /// Told why a request could not be served; may be null.
    std::function<void(const base::Error&)> on_failure = {};
  };

  /// Rosters that are kept in memory; of others the users are read again from the vault.
  static constexpr std::size_t kRostersMax = 8;

  /// Errors: those of StateFile::open and VaultReader::open.
  static base::Result<std::unique_ptr<Provisioning>> open(Options options);

  /// Answers a request of a source about a tenant's users. Refused are a token for history and a tenant that
  /// is unknown or not the source's (403), and one that is pinned to another region (421). Never fails.
  scim::Answer answer(const ingest::Admitted& sender, const base::TenantId& tenant,
                      const scim::Request& request);

  /// Forgets every user whose document was erased, whether anybody asks for it or not: after erasures.
  base::Result<void> forget_erased();

 private:
  Provisioning(Options options, StateFile state, vault::VaultReader vault);

  struct Loaded {
    Roster roster;
    std::uint64_t used = 0;
  };

  std::optional<scim::Refusal> why_not(const ingest::Admitted& sender, const base::TenantId& tenant) const;
  base::Result<Roster*> roster_of(const Space& space);
  base::Result<Roster> load(const Space& space);
  /// Takes users out of the roster and the state.
  base::Result<void> forget(const Space& space, Roster& roster, const std::set<std::string>& ids);
  /// Nothing is kept where `store` has met users who are erased.
  scim::Answer attempt(const ingest::Admitted& sender, const Space& space, Roster& roster, VaultStore& store,
                       const scim::Request& request);
  /// Of the users that were changed.
  base::Result<Before> documents_before(const Roster& roster, const base::TenantId& tenant);
  /// Puts the events into the ledger and waits; why that failed.
  std::optional<scim::Refusal> record(const ingest::Admitted& sender, std::vector<ingest::MadeEvent> events);
  /// Makes the state what the roster is.
  base::Result<void> keep(const Space& space, Roster& roster);
  scim::Answer failed(const base::Error& error) const;

  const Options options_;
  const scim::Service service_;
  StateFile state_;
  vault::VaultReader vault_;
  std::map<Space, Loaded> loaded_;
  std::uint64_t uses_ = 0;
};

}  // namespace countersign::provisioning
