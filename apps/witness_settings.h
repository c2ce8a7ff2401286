#pragma once

#include "ledger/base/result.h"
#include "ledger/tree/note_key.h"
#include "ledger/witness/witness.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

class Table;

/// `[witness]`: that the appliance cosigns checkpoints of others' logs.
struct WitnessSettings {
  std::string name;           ///< of the cosigner, as in its vkey; empty: the appliance is no witness
  std::filesystem::path key;  ///< file that `countersign witness init` made
  std::vector<witness::WitnessedLogs> logs;

  bool on() const { return !name.empty(); }
};

/// One of `[[witnesses]]`: who is asked to cosign the checkpoints of this appliance.
struct KnownWitnessSettings {
  std::string name;  ///< as people here call it
  tree::NoteVerifier key;
  std::string url;  ///< without a slash at its end
  std::filesystem::path ca_file;
};

/// `[cosigning]`: how they are asked.
struct CosigningSettings {
  std::vector<KnownWitnessSettings> witnesses;
  std::int64_t every_s = 60;  ///< between two rounds, in which each grown log's newest checkpoint is shown
  std::int64_t start_wait_s = 10;  ///< how long a start waits for what the witnesses know
};

/// Reads `[witness]` with its `[[witness.logs]]`. invalid_argument names the first member that is wrong; no
/// key is read.
base::Result<WitnessSettings> read_witness(Table& top, const std::filesystem::path& folder);

/// Reads `[[witnesses]]` and `[cosigning]`. Errors as read_witness.
base::Result<CosigningSettings> read_cosigning(Table& top, const std::filesystem::path& folder);

/// Where a witness remembers what it cosigned: among the head memories, for the same reason.
std::filesystem::path witness_state_file(const std::filesystem::path& heads);

/// The witness's public key, as others are told it. Errors as read_log_key, and failed_precondition where the
/// file holds another name.
struct WitnessKey {
  std::shared_ptr<const crypto::Ed25519Key> key;
  tree::NoteVerifier verifier;
};
base::Result<WitnessKey> read_witness_key(const WitnessSettings& settings);
/// Makes the key's file. already_exists where there is one.
base::Result<tree::NoteVerifier> create_witness_key(const std::filesystem::path& file,
                                                    const std::string& name, const crypto::Entropy& entropy);

}  // namespace countersign::apps
