#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/store/work.h"
#include "ledger/store/writer.h"
#include "ledger/tree/key_chain.h"

#include <cstddef>
#include <string>

namespace countersign::store {

/// A key that takes over from another in signing a ledger's checkpoints.
struct KeyTakeOver {
  std::string region;  ///< `<origin>/<region>`
  tree::CheckpointKey which = tree::CheckpointKey::log;
  std::size_t number = 1;             ///< of the endorsement, one more than the ledger has
  const crypto::Ed25519Key& log_key;  ///< the log key that holds: it signs the endorsement
  crypto::Ed25519PublicKey before{};
  const crypto::Ed25519Key& since;
  CheckpointSigner sign;  ///< signs from now on
};

/// Publishes what is left under the keys that hold, so that no size is signed by both, keeps the endorsement
/// in the ledger, and signs with the new keys from then on. Gives the endorsement. On the ledger's thread.
/// resource_exhausted: nothing has changed.
base::Result<std::string> take_over(LedgerThread& here, const KeyTakeOver& what);

}  // namespace countersign::store
