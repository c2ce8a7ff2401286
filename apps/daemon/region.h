#pragma once

#include "apps/config.h"
#include "apps/daemon/silence.h"
#include "apps/keys.h"
#include "apps/retaining.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/projection/projector.h"
#include "ledger/store/writer.h"
#include "ledger/vault/keys.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace countersign::apps {

/// One region while the daemon runs: its writer, its index and its outbox. start() and the functions below
/// are called from one thread.
class Region {
 public:
  /// `keys`, `metrics` outlive the region. `on_fatal` is called from the ledger's thread when the process has
  /// to end.
  static base::Result<std::unique_ptr<Region>> start(const Config& config, const base::RegionId& id,
                                                     const LogKeys& keys, base::Metrics& metrics,
                                                     std::function<void(const base::Error&)> on_fatal);
  ~Region();

  store::Appender& appender() { return *writer_; }
  const base::RegionId& id() const { return id_; }
  const store::RegionFiles& files() const { return files_; }
  const vault::VaultKeys& vault_keys() const { return vault_keys_; }
  void set_limits(const Config::Limits& limits);

  /// What belongs in the system log: which keys are in use and that the daemon started; the sources and
  /// tenants. It waits in memory for write_system_log().
  base::Result<void> note_start();
  void note_registry(const ingest::Registry& registry);
  void note_silence(const SilenceChange& change, const ingest::Registry& registry);
  /// Writes what waits, and what commands have left in the outbox. What cannot be written now, because the
  /// disk is full, waits on.
  base::Result<void> write_system_log();

  /// Carries out what commands have ordered to be erased.
  base::Result<void> carry_out_erasures();

  void stop();

 private:
  Region(base::RegionId id, store::RegionFiles files, privacy::Erasures erasures, privacy::Holds holds)
      : id_(std::move(id)),
        files_(std::move(files)),
        erasures_(std::move(erasures)),
        holds_(std::move(holds)) {}

  void note(boost::json::object event);
  void note_operators(const ingest::Registry& registry);

  const base::RegionId id_;
  const store::RegionFiles files_;
  privacy::Erasures erasures_;
  const privacy::Holds holds_;
  store::LedgerIdentity identity_;
  vault::VaultKeys vault_keys_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<projection::Projector> projector_;
  std::unique_ptr<Keeper> keeper_;
  std::map<std::string, boost::json::object> waiting_;  ///< by the event's id
  std::size_t at_once_ = 1;                             ///< events that the writer's queue takes
};

/// What a writer is told of the configuration.
store::WriterLimits writer_limits(const Config::Limits& limits);

}  // namespace countersign::apps
