#pragma once

#include "apps/config.h"
#include "apps/daemon/moved_events.h"
#include "apps/daemon/silence.h"
#include "apps/keys.h"
#include "apps/retaining.h"
#include "apps/waiting_events.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/projection/projector.h"
#include "ledger/store/vault_upkeep.h"
#include "ledger/store/writer.h"
#include "ledger/vault/keys.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace countersign::apps {

/// One region while the daemon runs: its writer, its index and its outbox. start() and the functions below
/// are called from one thread.
class Region {
 public:
  /// Reads the keys that the ledger and the vault need; where one is missing or not theirs, the error says
  /// which, and nothing is changed. `metrics` outlives the region. `on_fatal` is called from the ledger's
  /// thread when the process has to end.
  static base::Result<std::unique_ptr<Region>> start(const Config& config, const base::RegionId& id,
                                                     base::Metrics& metrics,
                                                     std::function<void(const base::Error&)> on_fatal);
  ~Region();

  store::Appender& appender() { return *writer_; }
  const base::RegionId& id() const { return id_; }
  const store::RegionFiles& files() const { return files_; }
  const vault::VaultKeys& vault_keys() const { return vault_keys_; }
  void set_limits(const Config::Limits& limits);
  /// As store::Writer::add_work.
  base::Result<void> add_work(store::Work work) { return writer_->add_work(std::move(work)); }

  /// What belongs in the system log: which keys are in use and that the daemon started; the sources and
  /// tenants. It waits in memory for write_system_log().
  base::Result<void> note_start();
  void note_registry(const ingest::Registry& registry);
  void note_silence(const SilenceChange& change, const ingest::Registry& registry);
  /// Writes what waits, and what commands have left in the outbox. What cannot be written now, because the
  /// disk is full, waits on.
  base::Result<void> write_system_log();

  /// Carries out what commands have ordered to be erased, and what start() could not erase again because a
  /// reader, such as a backup, or a full disk was in the way.
  base::Result<void> carry_out_erasures();
  /// Whether anything was erased since the last call.
  bool take_erased() { return std::exchange(erased_, false); }

  void stop();

  // Rotation of keys (KeyRotation). Errors as call_on_ledger.

  /// Puts an event into the system log with the next write_system_log().
  void note(boost::json::object event) { waiting_.note(std::move(event)); }
  const store::VaultState& vault_state() const { return *vault_state_; }
  /// Begins the rotation of the vault's keys to a generation; vault_state() shows how it goes on.
  base::Result<void> rotate_vault(std::uint32_t generation);
  /// Wraps the vault's keys with the newest of `kek`; vault_state().puts_away until no byte is left of how
  /// they were wrapped before.
  base::Result<void> rewrap_vault(const vault::Kek& kek);
  base::Result<bool> is_sealed_under(const vault::Kek& kek);
  /// Sees to it that what was begun is brought to an end.
  base::Result<void> keep_vault_up();
  /// Has a key sign the checkpoints of all logs from now on, endorsed by the one before. Nothing happens
  /// where it does already.
  base::Result<void> take_over(tree::CheckpointKey which, const CheckpointKeyPtr& key);

 private:
  Region(base::RegionId id, store::RegionFiles files, privacy::Erasures erasures, privacy::Holds holds,
         vault::KekSource kek)
      : id_(std::move(id)),
        files_(std::move(files)),
        erasures_(std::move(erasures)),
        holds_(std::move(holds)),
        kek_(std::move(kek)) {}

  base::Result<void> repeat_what_was_erased();

  const base::RegionId id_;
  const store::RegionFiles files_;
  privacy::Erasures erasures_;
  const privacy::Holds holds_;
  store::LedgerIdentity identity_;
  LogKeys keys_;
  vault::KekSource kek_;
  vault::VaultKeys vault_keys_;
  std::shared_ptr<store::VaultState> vault_state_ = std::make_shared<store::VaultState>();
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<projection::Projector> projector_;
  std::unique_ptr<Keeper> keeper_;
  WaitingEvents waiting_;
  std::size_t at_once_ = 1;  ///< events that the writer's queue takes
  bool erased_ = false;
  bool repeated_ = false;           ///< what was erased before is erased from these files too
  bool reader_in_the_way_ = false;  ///< of the vault, when that was tried
};

/// The tenants that were moved to one of the regions, with those of before that are among them, too.
MovedEvents::Tenants moved_to(const Region& region, const std::vector<std::unique_ptr<Region>>& regions,
                              const ingest::Registry& registry);

/// What a writer is told of the configuration.
store::WriterLimits writer_limits(const Config::Limits& limits);

}  // namespace countersign::apps
