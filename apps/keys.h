#pragma once

#include "apps/config.h"
#include "ledger/base/file.h"
#include "ledger/base/result.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/writer.h"
#include "ledger/tree/note_key.h"

#include <memory>
#include <string>

namespace countersign::apps {

using CheckpointKeyPtr = std::shared_ptr<const crypto::Ed25519Key>;

/// The two Ed25519 keys of the appliance. Each file holds one line in the form of Go's note package,
/// `PRIVATE+KEY+<name>+<id>+<base64>`; the name is the appliance's origin.
struct LogKeys {
  CheckpointKeyPtr log;
  CheckpointKeyPtr clock;
};

/// Makes a key file; already_exists where there is one.
base::Result<void> create_log_key(const std::filesystem::path& file, const std::string& origin,
                                  const crypto::Entropy& entropy);

/// Reads one key; refuses a file that others can read. Errors say which file is wrong, as what it serves and
/// how to mend it. `setting` is its name in the configuration, such as keys.log.
base::Result<CheckpointKeyPtr> read_log_key(const std::filesystem::path& file, std::string_view setting);

/// The public key of keys.log as the file is, which may have taken over after a copy of a ledger was made;
/// none where it cannot be read.
std::vector<crypto::Ed25519PublicKey> younger_log_keys(const Config& config);

/// The same of any key file of this form, with the name and the type of the key.
base::Result<tree::PrivateNoteKey> read_private_key(const std::filesystem::path& file,
                                                    std::string_view setting);

/// Where the next key stands while a rotation is under way.
std::filesystem::path next_of(const std::filesystem::path& file);

/// Reads both keys as the files are.
base::Result<LogKeys> read_log_keys(const Config& config);

/// Reads the keys that a ledger is signed with now: while a rotation is under way that may be the next one.
/// failed_precondition, naming file and keys, where neither is.
base::Result<LogKeys> read_log_keys(const Config& config, const store::LedgerIdentity& identity);

/// Signs checkpoints with the keys.
store::CheckpointSigner checkpoint_signer(LogKeys keys);

/// The keys of the ledger's logs under the name of its system log.
base::Result<tree::KeyChain> key_chain_of(const store::LedgerIdentity& identity);

/// Tells public keys apart: 16 hexadecimal digits of SHA-256 over the key.
std::string public_key_id(const crypto::Ed25519PublicKey& key);

/// Waits until no next key-encryption key is being made, and keeps it so as long as the file is open: for
/// whoever seals under the key, which must be read after.
base::Result<base::OpenFile> hold_kek(const Config& config);

}  // namespace countersign::apps
