#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace countersign::store {

/// A tile of 256 hashes that has just become full (C2SP tlog-tiles); `hashes` are its 8,192 bytes.
struct FullTile {
  unsigned level = 0;
  std::uint64_t index = 0;
  std::vector<base::Digest> hashes;
};

/// Where a log ends: what the next record needs to know, and the right edge of the Merkle tree. At most 255
/// hashes for each row of tiles, whatever the size of the log. A value: the ledger's thread works on a copy
/// and keeps it once the records are on disk.
class LogTail {
 public:
  /// An empty log.
  LogTail() = default;
  /// Reads the edge of a log from disk; data_loss where records or tiles that it needs are missing.
  static base::Result<LogTail> load(LedgerReader& reader, const LogHead& log);

  std::uint64_t size() const { return size_; }
  /// `prev` of the next record: the last record's hash, or zeros.
  const base::Digest& prev() const { return prev_; }
  /// The last record's `received`.
  base::Timestamp received() const { return received_; }

  /// Takes the next record; `full` gets each tile that it completes, from level 0 up.
  void append(const base::Digest& record_hash, base::Timestamp received,
              const std::function<void(FullTile)>& full);

  /// RFC 6962 root over all records so far.
  base::Digest root() const;

 private:
  std::uint64_t size_ = 0;
  base::Digest prev_;
  base::Timestamp received_;
  std::vector<std::vector<base::Digest>> rows_;  ///< entries of the tile that is not full, for each level
};

}  // namespace countersign::store
