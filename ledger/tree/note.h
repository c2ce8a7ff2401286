#pragma once

#include "ledger/base/result.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// C2SP signed-note: a text, an empty line, and lines `— <key name> <base64(key ID || signature)>`. All
/// functions are pure and thread-safe.

inline constexpr std::size_t kNoteBytesMax = 1 << 20;
inline constexpr std::size_t kNoteSignaturesMax = 100;

/// One signature line.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::vector<std::uint8_t> bytes;  ///< what stands behind the key ID

  bool operator==(const NoteSignature&) const = default;
};

/// A note taken apart, nothing checked yet but its form.
struct Note {
  std::string text;  ///< with its last line feed, without the empty line
  std::vector<NoteSignature> signatures;
};

/// Takes a note apart. invalid_argument where it is not UTF-8, holds a control character, has no text, no
/// signature or a line among the signatures that is none; resource_exhausted above kNoteBytesMax or
/// kNoteSignaturesMax.
base::Result<Note> parse_note(std::string_view bytes);

/// The lines of signatures as they stand in a note, each with its line feed.
std::string format_signatures(std::span<const NoteSignature> signatures);

/// A signature that was checked and is genuine.
struct VerifiedSignature {
  std::string name;
  std::uint32_t key_id = 0;
  NoteKeyType type = NoteKeyType::ed25519;
  std::optional<std::int64_t> time;  ///< POSIX seconds, of a cosignature
};

/// A note of which at least one signature is genuine.
struct OpenedNote {
  std::string text;
  std::vector<VerifiedSignature> verified;  ///< one for each verifier at most, in the order of the lines
  std::vector<NoteSignature> unverified;    ///< lines of unknown keys: nothing is known about them
};

/// Checks the signatures of a note by keys that the caller trusts. Lines of unknown keys are kept apart.
/// data_loss where the line of a known key does not verify, permission_denied where no line is by a known
/// key, invalid_argument where the note is malformed or two verifiers have the same name and key ID.
base::Result<OpenedNote> open_note(std::string_view bytes, std::span<const NoteVerifier> verifiers);

/// Signs `text`, which is not empty and ends in a line feed. invalid_argument where it is not, is not UTF-8
/// or holds a control character. The signatures stand in the order of the signers.
base::Result<std::string> sign_note(std::string_view text, std::span<const NoteSigner> signers);

}  // namespace countersign::tree
