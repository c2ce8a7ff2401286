#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// Keys of C2SP signed-note. Values; const calls are thread-safe.

/// What a key signs. Both are Ed25519 (RFC 8032).
enum class NoteKeyType : std::uint8_t {
  ed25519 = 0x01,      ///< the text of the note
  cosignature = 0x04,  ///< the text and a POSIX time (C2SP tlog-cosignature)
};

/// First four bytes, big-endian, of SHA-256(name || 0x0A || type || public key).
std::uint32_t note_key_id(std::string_view name, NoteKeyType type, const crypto::Ed25519PublicKey& key);

/// A public key with the name under which it signs.
class NoteVerifier {
 public:
  /// Reads a vkey, `<name>+<8 hex digits>+<base64(type || public key)>`. invalid_argument where it is
  /// misspelt, the key ID is not that of the key, or the type is not a NoteKeyType.
  static base::Result<NoteVerifier> parse(std::string_view vkey);
  /// invalid_argument where `name` may not name a key.
  static base::Result<NoteVerifier> make(std::string name, NoteKeyType type,
                                         const crypto::Ed25519PublicKey& key);

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const { return key_id_; }
  NoteKeyType type() const { return type_; }
  const crypto::Ed25519PublicKey& public_key() const { return key_; }
  std::string to_vkey() const;

  /// Whether `signature`, the bytes behind the key ID, is this key's over `text`.
  bool verify(std::string_view text, base::Bytes signature) const;
  /// The POSIX seconds that a cosignature states, checked or not; empty for the other type, for a signature
  /// of another length and for a time above 2^63 - 1.
  std::optional<std::int64_t> time_of(base::Bytes signature) const;

 private:
  NoteVerifier(std::string name, NoteKeyType type, const crypto::Ed25519PublicKey& key);

  std::string name_;
  NoteKeyType type_;
  crypto::Ed25519PublicKey key_;
  std::uint32_t key_id_;
};

/// A private key under a name, cheap to make: it views the key, which must outlive it. One key may sign under
/// many names, one for each log; the key ID differs with the name.
class NoteSigner {
 public:
  NoteSigner(std::string name, const crypto::Ed25519Key& key);

  /// Signs as a timestamped cosigner. `time` is in POSIX seconds, not negative.
  static NoteSigner cosigner(std::string name, const crypto::Ed25519Key& key, std::int64_t time);

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const;
  /// The bytes that stand behind the key ID.
  std::vector<std::uint8_t> sign(std::string_view text) const;

 private:
  std::string name_;
  const crypto::Ed25519Key* key_;
  std::optional<std::int64_t> time_;
};

/// Go's private form, `PRIVATE+KEY+<name>+<8 hex digits>+<base64(type || seed)>`, for a key file.
crypto::Secret encode_private_key(std::string_view name, NoteKeyType type, const crypto::Ed25519Key& key);

struct PrivateNoteKey {
  std::string name;
  NoteKeyType type;
  crypto::Ed25519Key key;
};

/// Reads what encode_private_key writes, without a line feed behind it. The message of an error does not hold
/// the key.
base::Result<PrivateNoteKey> parse_private_key(std::string_view text);

}  // namespace countersign::tree
