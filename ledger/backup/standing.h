#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/privacy/erasures.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/schema.h"
#include "ledger/vault/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How a restored region stands to what is known of it from elsewhere.
namespace countersign::backup {

enum class Standing {
  level,        ///< everything that is known to have been signed is there
  rolled_back,  ///< more was signed than is there
  other,        ///< other records were signed than are there
};
std::string_view to_string(Standing standing);

struct LogStanding {
  base::LogName log;
  Standing standing = Standing::level;
  std::uint64_t records = 0;           ///< that are there
  std::uint64_t signed_elsewhere = 0;  ///< the largest size that is known to have been signed; 0: none is
  base::Digest signed_root;            ///< of that size
  std::string known_from;              ///< `the head memory` or a KeptCheckpoint's; empty: nothing is known
  std::optional<std::int64_t> known_time;   ///< POSIX seconds of what is known, where it states any
  std::optional<std::int64_t> last_signed;  ///< POSIX seconds of the newest checkpoint that is there
};

/// A signed note that does not come from the ledger itself.
struct KeptCheckpoint {
  std::string note;
  std::string_view from;  ///< for example `a checkpoint`; a literal
  /// Where it was kept nobody but the appliance could write, so its signature need not show that again: the
  /// key that signed it can be younger than the ledger.
  bool vouched_for = false;
  /// When it was kept, POSIX seconds; empty: what the log's clock says in it.
  std::optional<std::int64_t> time = std::nullopt;
};

/// Compares each log of a ledger, and each that is missing from it, with the head memory and with
/// checkpoints (C2SP signed notes) that somebody kept. They are signed with a key that the ledger knows or
/// with `younger`, a log key that took over after it. Checkpoints of other appliances or regions are refused
/// with invalid_argument; permission_denied, data_loss: one was signed with neither.
base::Result<std::vector<LogStanding>> compare(store::LedgerReader& ledger, const store::HeadMemory& heads,
                                               const std::vector<KeptCheckpoint>& checkpoints,
                                               const crypto::Ed25519PublicKey* younger = nullptr);

/// What became of the tokens that stand in records; each counts once.
struct TokenCount {
  std::uint64_t tokens = 0;
  std::uint64_t open = 0;     ///< their value is in the vault and makes the token again
  std::uint64_t erased = 0;   ///< it is not, and the memory of erasures says so
  std::uint64_t missing = 0;  ///< it is not, and nothing says why
  std::uint64_t damaged = 0;  ///< a row is there, and does not open or does not make the token again
};

/// Looks every token of every record up. It keeps the tokens in memory: about 100 bytes each.
base::Result<TokenCount> count_tokens(const store::RegionFiles& files, const vault::VaultKeys& keys,
                                      const std::vector<privacy::Erasure>& erasures);

}  // namespace countersign::backup
