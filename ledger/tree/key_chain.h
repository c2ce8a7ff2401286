#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/tree/checkpoint.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// Which of the two keys that sign checkpoints.
enum class CheckpointKey { log, clock };
std::string_view to_string(CheckpointKey key);

/// That a key took over from another, for all logs of a region. As a text (ledger/FORMAT.md):
///
///     countersign-key-rotation/1
///     <origin>/<region>
///     log                                or: clock
///     <public key before, base64>
///     <public key since, base64>
///     <POSIX seconds>
struct KeyRotation {
  std::string region;  ///< `<origin>/<region>`: what the names of its logs begin with
  CheckpointKey key = CheckpointKey::log;
  crypto::Ed25519PublicKey before{};
  crypto::Ed25519PublicKey since{};
  std::int64_t time = 0;  ///< POSIX seconds, not negative

  bool operator==(const KeyRotation&) const = default;
};

std::string format_rotation(const KeyRotation& rotation);
/// Reads exactly what format_rotation writes; invalid_argument otherwise.
base::Result<KeyRotation> parse_rotation(std::string_view text);

/// An endorsement: the rotation as a C2SP signed note under the region's name, signed by the log key that
/// holds at that time and, where it is the log key that is rotated, by the new one too, so that whoever
/// trusts either finds the other. `since` is null for the clock's.
std::string sign_rotation(const KeyRotation& rotation, const crypto::Ed25519Key& log_key,
                          const crypto::Ed25519Key* since);

/// The keys that a log has signed its checkpoints with, one after another, each endorsed by the one before. A
/// value; const calls are thread-safe.
class KeyChain {
 public:
  /// Checks each endorsement: that it is of the log's region, follows the one before in keys and time, brings
  /// a key that never was one, and is signed as sign_rotation does. data_loss for the first that is not.
  static base::Result<KeyChain> make(const base::LogName& log, const crypto::Ed25519PublicKey& log_key,
                                     const crypto::Ed25519PublicKey& clock_key,
                                     std::span<const std::string> endorsements);

  /// The log's keys, oldest first, then its clock's, oldest first: what keys/log.vkey lists.
  const std::vector<NoteVerifier>& verifiers() const { return verifiers_; }
  std::string vkeys() const;
  const std::vector<KeyRotation>& rotations() const { return rotations_; }
  const NoteVerifier& newest_log_key() const { return verifiers_[logs_ - 1]; }
  const NoteVerifier& newest_clock_key() const { return verifiers_.back(); }
  /// Whether it is one of them, under the log's name.
  bool has(const NoteVerifier& key) const;
  /// Whether it is one of the log's keys, under whatever name.
  bool has_log_key(const crypto::Ed25519PublicKey& key) const;

  /// As open_checkpoint, by the keys that held at the time that the checkpoint states: a key counts from the
  /// second at which it took over up to the second at which the next did. permission_denied for a checkpoint
  /// that a key signed before or after.
  base::Result<OpenedCheckpoint> open(std::string_view note) const;

 private:
  KeyChain() = default;
  base::Result<void> add(std::string_view endorsement);
  struct Term {
    std::int64_t from, until;  ///< POSIX seconds, both included
  };

  base::LogName log_;
  std::vector<NoteVerifier> verifiers_;
  std::vector<Term> terms_;  ///< of each verifier
  std::size_t logs_ = 0;     ///< how many are the log's
  std::vector<KeyRotation> rotations_;
};

}  // namespace countersign::tree
