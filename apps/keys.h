#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/writer.h"

#include <string>

namespace countersign::apps {

/// The two Ed25519 keys of the appliance. Each file holds one line in the form of Go's note package,
/// `PRIVATE+KEY+<name>+<id>+<base64>`; the name is the appliance's origin.
struct LogKeys {
  crypto::Ed25519Key log;
  crypto::Ed25519Key clock;
};

/// Makes a key file; already_exists where there is one.
base::Result<void> create_log_key(const std::filesystem::path& file, const std::string& origin,
                                  const crypto::Entropy& entropy);

/// Reads both keys; refuses files that others can read.
base::Result<LogKeys> read_log_keys(const Config& config);

/// Signs checkpoints with the keys, which must outlive it.
store::CheckpointSigner checkpoint_signer(const LogKeys& keys);

/// The vkeys of a log, one a line: its log key and its clock key.
base::Result<std::string> vkeys_of(const base::LogName& log, const store::LedgerIdentity& identity);

}  // namespace countersign::apps
