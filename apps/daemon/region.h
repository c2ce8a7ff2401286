#pragma once

#include "apps/config.h"
#include "apps/keys.h"
#include "collector/ingest/registry.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/projection/projector.h"
#include "ledger/store/writer.h"
#include "ledger/vault/keys.h"

#include <atomic>
#include <memory>

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
  void set_limits(const Config::Limits& limits);

  /// Records in the system log which keys are in use and that the daemon started.
  base::Result<void> record_start();
  /// Records sources and tenants that the system log does not know yet.
  base::Result<void> record_registry(const ingest::Registry& registry);
  /// Takes over what commands have left in the outbox.
  base::Result<void> take_outbox();

  void stop();

 private:
  Region(base::RegionId id, store::RegionFiles files) : id_(std::move(id)), files_(std::move(files)) {}

  const base::RegionId id_;
  const store::RegionFiles files_;
  store::LedgerIdentity identity_;
  vault::VaultKeys vault_keys_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<projection::Projector> projector_;
};

/// What a writer is told of the configuration.
store::WriterLimits writer_limits(const Config::Limits& limits);

}  // namespace countersign::apps
