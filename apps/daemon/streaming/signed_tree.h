#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/merkle.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace countersign::apps {

/// Holds logs against their newest checkpoints as both grow, so that behind the last full tile, where hashes
/// are made of the records as they stand, a record that was altered is noticed, too (RFC 6962, section 2.1).
/// A checkpoint costs the hashes of 255 records at most, and of each tile that became full since the one
/// before. Signatures are not checked here. One thread.
class SignedTree {
 public:
  /// data_loss where the log's records do not give the checkpoint's root, or where it has no root that reads.
  base::Result<void> check(store::LedgerReader& ledger, const store::LogHead& log,
                           const store::CheckpointRow& checkpoint);

  /// Appends the leaf hashes of the records from `begin` up to `end`, which is not behind the checkpoint that
  /// was checked last: those that gave its root.
  base::Result<void> read_hashes(store::LedgerReader& ledger, const store::LogHead& log, std::uint64_t begin,
                                 std::uint64_t end, std::vector<base::Digest>& out);

 private:
  struct Known {
    tree::CompactRange full;         ///< the full tiles
    std::vector<base::Digest> edge;  ///< behind them, up to `checked`
    std::uint64_t checked = 0;       ///< size that gave the root
    std::uint64_t wrong = 0;         ///< size that did not
    unsigned looks = 0;              ///< since then
  };
  std::map<std::string, Known> logs_;
};

}  // namespace countersign::apps
