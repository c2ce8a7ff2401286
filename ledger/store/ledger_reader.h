#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/segment.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/key_chain.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::store {

/// What a ledger file says of itself. The first four are written once, when it is made.
struct LedgerIdentity {
  std::string origin;
  base::RegionId region;
  std::string log_public_key;    ///< 32 bytes, Ed25519: signed the first checkpoints (signed-note type 0x01)
  std::string clock_public_key;  ///< 32 bytes, Ed25519: timestamped the first checkpoints (type 0x04)
  std::vector<std::string> rotations = {};  ///< endorsements of keys that took over since, in their order
};

/// The public keys that a log of this ledger has signed its checkpoints with, one after another. data_loss
/// where the ledger names keys of a wrong length or an endorsement is not genuine.
base::Result<tree::KeyChain> key_chain_of(const LedgerIdentity& identity, const base::LogName& log);

/// When the newest key took over, POSIX seconds; 0 where none has. Errors as key_chain_of.
base::Result<std::int64_t> last_rotation(const LedgerIdentity& identity);

/// A log as it stood when it was read.
struct LogHead {
  std::int64_t number = 0;  ///< the file's own number for the log; not part of any proof
  base::LogName name;
  std::uint64_t size = 0;  ///< records on disk
};

/// A published checkpoint.
struct CheckpointRow {
  std::uint64_t size = 0;
  std::int64_t time = 0;  ///< POSIX seconds; the note's timestamped cosignature signs it
  std::string note;       ///< the C2SP signed note, verbatim
};

/// Reads one region's ledger.sqlite through a read-only connection of its own, beside the writer, in short
/// transactions. One thread at a time; open one reader for each thread.
class LedgerReader {
 public:
  /// not_found where there is no ledger; data_loss where the file is not one or was made by a newer version.
  static base::Result<LedgerReader> open(const std::filesystem::path& ledger_file);
  ~LedgerReader();
  LedgerReader(LedgerReader&&) noexcept;
  LedgerReader& operator=(LedgerReader&&) noexcept;

  const LedgerIdentity& identity() const;
  /// Reads the identity again: keys may have taken over since.
  base::Result<void> read_identity_again();

  /// All logs in the order in which they were made.
  base::Result<std::vector<LogHead>> logs();
  /// not_found where the tenant has no log yet.
  base::Result<LogHead> log(const base::TenantId& tenant);

  /// Bytes of one record; not_found past the end, and where it was retired, which the message says.
  base::Result<std::string> record(const LogHead& log, base::Seq seq);

  /// Called with each record; a failure ends the reading and is passed on. The view is valid during the call.
  using Visit = std::function<base::Result<void>(base::Seq, std::string_view record)>;
  using VisitRetired = std::function<base::Result<void>(base::Seq)>;
  /// Reads records `begin` up to, not including, `end`, in order, in pages, sealed ones included. Those that
  /// were retired are told to `retired`, or passed over where it is null. data_loss where one is missing.
  base::Result<void> read(const LogHead& log, std::uint64_t begin, std::uint64_t end, const Visit& visit,
                          const VisitRetired& retired = nullptr);

  /// The first of the log's first `size` records that was received at or after `time`; `size` where none was.
  /// Where retired records hide it, it is the first that may be meant (earliest) or the first that must be
  /// behind it (latest).
  enum class Unsure { earliest, latest };
  base::Result<std::uint64_t> first_received(const LogHead& log, base::Timestamp time, std::uint64_t size,
                                             Unsure unsure = Unsure::earliest);

  /// When the log's last record was received, also where it was retired; its size is not 0.
  base::Result<base::Timestamp> last_received(const LogHead& log);

  /// Whether a record is sealed, be it kept or retired.
  base::Result<bool> is_sealed(const LogHead& log, base::Seq seq);
  /// What the table holds of these records, sealed or not; `visit` must not read from this.
  base::Result<void> read_table(const LogHead& log, std::uint64_t begin, std::uint64_t end,
                                const Visit& visit);

  /// The sealed ranges of a log, in order.
  base::Result<std::vector<SegmentRange>> sealed(const LogHead& log);
  /// How many parts of sealed ranges were retired, over all logs.
  base::Result<std::uint64_t> retired_parts();

  base::Result<std::optional<CheckpointRow>> newest_checkpoint(const LogHead& log);
  /// The newest checkpoint of a size below `size`.
  base::Result<std::optional<CheckpointRow>> checkpoint_before(const LogHead& log, std::uint64_t size);
  /// The oldest checkpoint of at least `size`.
  base::Result<std::optional<CheckpointRow>> checkpoint_covering(const LogHead& log, std::uint64_t size);
  /// Checkpoints of sizes from `low` to `high`, both included, by size.
  base::Result<void> read_checkpoints(const LogHead& log, std::uint64_t low, std::uint64_t high,
                                      const std::function<base::Result<void>(const CheckpointRow&)>& visit);

  /// Appends the leaf hashes of the records from `begin` up to `end`: the tiles', and the records' own behind
  /// the last full tile.
  base::Result<void> read_hashes(const LogHead& log, std::uint64_t begin, std::uint64_t end,
                                 std::vector<base::Digest>& out);

  /// Whether the stored tile holds exactly these hashes; `level` counts tiles of 256.
  base::Result<bool> has_tile(const LogHead& log, unsigned level, std::uint64_t index,
                              std::span<const base::Digest, 256> hashes);

  /// Hashes of perfect subtrees of the log's first `size` leaves, from stored tiles and, at the right edge,
  /// from records. Valid as long as this reader.
  tree::NodeSource nodes(const LogHead& log);

 private:
  base::Result<std::uint64_t> search_received(const LogHead& log, base::Timestamp time, std::uint64_t low,
                                              std::uint64_t high);
  struct Impl;
  explicit LedgerReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::store
