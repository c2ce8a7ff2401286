#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/schema.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace countersign::store {

/// Larger files take long to check page by page, and what a wrong page does to the evidence is seen anyway.
inline constexpr std::uint64_t kPagesBytesMax = 256u << 20;

struct VerifyLedgerOptions {
  unsigned threads = 0;  ///< 0: one for each core
  /// Whether SQLite's own structure is checked too (PRAGMA quick_check): of a file up to kPagesBytesMax it
  /// always is.
  bool pages = false;
  /// Keys that the reader trusts; without them the ledger is checked against the keys that it names itself.
  const crypto::Ed25519PublicKey* log_key = nullptr;
  /// Checkpoints kept elsewhere: signed notes of any of the logs. Each must be one that the log still
  /// extends.
  std::vector<std::string> known_checkpoints;
  /// What was signed last, kept outside the data folder.
  const HeadMemory* heads = nullptr;
  /// Asked from several threads while it goes on; true: end soon, with `aborted`. Empty: go on to the end.
  std::function<bool()> stopped = {};
};

/// Something that is wrong. The first of a report is the first wrong record of the first log.
struct LedgerFault {
  std::string log;        ///< empty where the fault is not in a log
  std::int64_t seq = -1;  ///< of the record, or -1
  std::string what;       ///< one sentence
};

struct VerifiedLog {
  base::LogName name;
  std::uint64_t records = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t checkpointed = 0;  ///< records that the newest checkpoint covers
  base::Digest root;               ///< over all records
};

struct LedgerReport {
  std::vector<VerifiedLog> logs;
  std::vector<LedgerFault> faults;  ///< at most 20; empty: everything was checked and is right
  std::uint64_t bytes = 0;          ///< of records
  bool pages_checked = false;
  std::vector<RetirementStatement> retired;  ///< what is no longer kept, when and why it went
  std::uint64_t sealed = 0;                  ///< records that are read from sealed segments
};

/// Checks everything that a ledger file claims, from the bytes of every record up: spelling, sequence, chain,
/// times, tiles, idempotency keys, every checkpoint's signatures and root, sealed segments, the schema with
/// its triggers. Of records that were retired it checks the hashes, their number and root. Reads through
/// connections of its own, also beside a running writer: then up to the sizes that it finds when it begins.
/// Errors: where the file cannot be read at all, and aborted where it was stopped. `progress` gets the number
/// of records done, from the calling thread.
base::Result<LedgerReport> verify_ledger(const std::filesystem::path& ledger_file,
                                         const VerifyLedgerOptions& options,
                                         const std::function<void(std::uint64_t)>& progress);

}  // namespace countersign::store
