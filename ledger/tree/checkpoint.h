#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/tree/note.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// C2SP tlog-checkpoint: the statement that a log had a size and a root. All functions are pure and
/// thread-safe.
struct Checkpoint {
  base::LogName origin;
  std::uint64_t size = 0;
  base::Digest root;
  /// Lines behind the root. Kept when read; never written by this appliance, because not every kind of
  /// cosignature covers them.
  std::vector<std::string> extensions = {};

  bool operator==(const Checkpoint&) const = default;
};

/// The text of a checkpoint: origin, size in decimal, root in base64, extensions, one a line.
std::string format_checkpoint(const Checkpoint& checkpoint);

/// Reads exactly what format_checkpoint writes. invalid_argument for a leading zero, base64 that is not
/// canonical, an empty extension line, a size above kTreeSizeMax, or a root of an empty tree that is not
/// empty_root().
base::Result<Checkpoint> parse_checkpoint(std::string_view text);

/// Reads the checkpoint out of a note without looking at the signatures: for notes that were checked before
/// or are kept by whom one trusts. Errors as parse_note and parse_checkpoint.
base::Result<Checkpoint> read_checkpoint_body(std::string_view note);

/// A checkpoint as a note with two signatures, both under the log's name: the log's key (type 0x01) and, so
/// that the time is authenticated too, a cosignature by the appliance's clock key (type 0x04). `time` is in
/// POSIX seconds. The origin must be fit to name a key, as every name made by base::log_name is.
std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Key& log_key,
                            const crypto::Ed25519Key& clock_key, std::int64_t time);

/// The public keys under which sign_checkpoint signs, to be published as vkeys.
struct LogVerifiers {
  NoteVerifier log;
  NoteVerifier clock;
};
/// invalid_argument where the origin may not name a key.
base::Result<LogVerifiers> log_verifiers(const base::LogName& origin, const crypto::Ed25519PublicKey& log_key,
                                         const crypto::Ed25519PublicKey& clock_key);

/// A checkpoint whose log signature is genuine.
struct OpenedCheckpoint {
  Checkpoint checkpoint;
  /// POSIX seconds of the cosignature under the log's own name; empty where there is none by a known key.
  std::optional<std::int64_t> time;
  /// All signatures by known keys, witnesses among them.
  std::vector<VerifiedSignature> verified;
  /// Which of the log's keys signed, from 0; set by KeyChain::open only.
  std::size_t log_key = 0;
};

/// Checks a signed checkpoint: the note opens, its origin is `origin`, and the log itself signed it, that is
/// a verifier of type 0x01 under the name of the origin. Errors: those of open_note and parse_checkpoint;
/// permission_denied for another origin or where only others signed.
base::Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const base::LogName& origin,
                                               std::span<const NoteVerifier> verifiers);

}  // namespace countersign::tree
