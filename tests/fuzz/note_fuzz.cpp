// The parsers of texts that strangers hand in: notes, checkpoints, vkeys and proofs. What is read is written
// back byte by byte.

#include "ledger/tree/checkpoint.h"
#include "ledger/tree/key_chain.h"
#include "ledger/tree/note.h"
#include "ledger/tree/note_key.h"
#include "ledger/tree/tile.h"
#include "ledger/tree/tlog_proof.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto note = tree::parse_note(text)) {
    PROPERTY(!note->text.empty() && note->text.back() == '\n');
    PROPERTY(!note->signatures.empty() && note->signatures.size() <= tree::kNoteSignaturesMax);
    if (const auto checkpoint = tree::parse_checkpoint(note->text))
      PROPERTY(tree::format_checkpoint(*checkpoint) == note->text);
  }
  if (const auto checkpoint = tree::parse_checkpoint(text))
    PROPERTY(tree::format_checkpoint(*checkpoint) == text);
  if (const auto rotation = tree::parse_rotation(text)) PROPERTY(tree::format_rotation(*rotation) == text);
  if (const auto proof = tree::parse_tlog_proof(text)) PROPERTY(tree::format_tlog_proof(*proof) == text);
  if (const auto key = tree::NoteVerifier::parse(text)) PROPERTY(key->to_vkey() == text);
  static_cast<void>(tree::parse_private_key(text));
  static_cast<void>(tree::parse_tile_path(text));
  return 0;
}
