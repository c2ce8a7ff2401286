#pragma once

#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/append.h"
#include "ledger/store/erasure.h"
#include "ledger/store/schema.h"
#include "ledger/store/work.h"
#include "ledger/vault/keys.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace countersign::store {

struct WriterLimits {
  std::size_t queue_events_max = 50'000;
  std::size_t queue_bytes_max = 64u << 20;
  std::size_t group_events_max = 5'000;          ///< committed together at most
  std::uint64_t disk_reserve_bytes = 16u << 20;  ///< free space below which appends are refused
  std::int64_t checkpoint_interval_ms = 1'000;
};

/// Signs a checkpoint of a log: the C2SP signed note. `time` in POSIX seconds goes into its timestamped
/// cosignature.
using CheckpointSigner = std::function<std::string(const base::LogName&, std::uint64_t size,
                                                   const base::Digest& root, std::int64_t time)>;

struct WriterOptions {
  RegionFiles files;
  std::filesystem::path head_memory;  ///< on another file system than the region's, where there is one
  WriterLimits limits;
  base::Clock clock;
  crypto::Entropy entropy;
  CheckpointSigner sign;
  const vault::VaultKeys* keys = nullptr;  ///< a handle, which a rotation shows in
  base::Metrics* metrics = nullptr;        ///< outlives the writer
  /// Called once, from the ledger's thread, when the outcome of a write is unknown: the process must end.
  std::function<void(const base::Error&)> on_fatal;
  std::string vfs;  ///< for tests that fail on purpose
};

/// The one writer of a region: a thread that takes what is waiting, writes it in one transaction, and answers
/// after the commit, so that the previous commit is the batching timer. It signs a checkpoint of each log
/// that grew, at most once in an interval and when it stops. Owns the region's lock.
class Writer final : public Appender {
 public:
  /// Takes the lock, reads where the logs end, and compares them with what was signed before.
  /// failed_precondition: another process has the store. data_loss: the store is older than the newest
  /// checkpoint or head memory, or disagrees.
  static base::Result<std::unique_ptr<Writer>> open(WriterOptions options);

  /// As stop().
  ~Writer() override;

  base::Result<void> submit(std::vector<record::PreparedEvent> events, AppendDone done) override;

  /// Has values erased from the vault by the ledger's thread: `remember` is called with the tokens, then the
  /// rows are deleted and the WAL is emptied, so that no page of the file keeps them, then `done` is called.
  /// Errors given to `done`: those of `remember`, with which nothing is erased; unavailable where the rows
  /// are gone but a reader kept the WAL: ask again, which erases nothing more and empties it. Fails at once,
  /// and calls neither, with unavailable when the ledger is stopping. Any thread.
  base::Result<void> erase(ErasureOrder order, RememberErasure remember, ErasureDone done);

  /// Has work done by the ledger's thread, between groups. What is not done when the ledger stops is dropped,
  /// on the ledger's thread or a later one. Fails at once with unavailable when the ledger is stopping. Any
  /// thread.
  base::Result<void> add_work(Work work);

  /// Takes no more batches, writes those that wait, signs, leaves the files compact and ends the thread. Any
  /// thread but the ledger's; a second call waits for the first.
  void stop();

  /// New limits for the batches to come. Any thread.
  void set_limits(const WriterLimits& limits);

 private:
  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::store
