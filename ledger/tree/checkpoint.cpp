#include "ledger/tree/checkpoint.h"

#include "ledger/base/encoding.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

namespace countersign::tree {
namespace {

using base::Code;
using base::fail;
using base::Result;

auto malformed(std::string_view why) {
  return fail(Code::invalid_argument, fmt::format("not a checkpoint: {}", why));
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  auto text = fmt::format("{}\n{}\n{}\n", checkpoint.origin.text, checkpoint.size,
                          base::to_base64(checkpoint.root.view()));
  for (const auto& line : checkpoint.extensions) text += line + '\n';
  return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  Checkpoint checkpoint;
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root_line = take_line(text);
  if (!origin || !size_line || !root_line) return malformed("it has fewer than three lines");
  if (origin->empty()) return malformed("its origin is empty");
  checkpoint.origin.text = *origin;
  const auto size = parse_decimal(*size_line, kTreeSizeMax);
  if (!size) return malformed("its size is not a decimal number below 2^63 without leading zeros");
  checkpoint.size = *size;
  const auto root = base::digest_from_base64(*root_line);
  if (!root) return malformed("its root is not 32 bytes in canonical base64");
  checkpoint.root = *root;
  if (checkpoint.size == 0 && checkpoint.root != empty_root())
    return malformed("the root of an empty tree must be the hash of nothing");
  while (const auto line = take_line(text)) {
    if (line->empty()) return malformed("an extension line is empty");
    checkpoint.extensions.emplace_back(*line);
  }
  if (!text.empty()) return malformed("its last line is not ended");
  return checkpoint;
}

Result<Checkpoint> read_checkpoint_body(std::string_view note) {
  TRY_ASSIGN(const auto parsed, parse_note(note));
  return parse_checkpoint(parsed.text);
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Key& log_key,
                            const crypto::Ed25519Key& clock_key, std::int64_t time) {
  const auto& name = checkpoint.origin.text;
  const std::array signers{NoteSigner(name, log_key), NoteSigner::cosigner(name, clock_key, time)};
  auto note = sign_note(format_checkpoint(checkpoint), signers);
  if (!note) std::abort();
  return std::move(*note);
}

Result<LogVerifiers> log_verifiers(const base::LogName& origin, const crypto::Ed25519PublicKey& log_key,
                                   const crypto::Ed25519PublicKey& clock_key) {
  TRY_ASSIGN(auto log, NoteVerifier::make(origin.text, NoteKeyType::ed25519, log_key));
  TRY_ASSIGN(auto clock, NoteVerifier::make(origin.text, NoteKeyType::cosignature, clock_key));
  return LogVerifiers{std::move(log), std::move(clock)};
}

Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const base::LogName& origin,
                                         std::span<const NoteVerifier> verifiers) {
  TRY_ASSIGN(auto opened, open_note(note, verifiers));
  OpenedCheckpoint out;
  TRY_ASSIGN(out.checkpoint, parse_checkpoint(opened.text));
  if (out.checkpoint.origin != origin)
    return fail(Code::permission_denied, fmt::format("the checkpoint is of the log {}, not of {}",
                                                     out.checkpoint.origin.text, origin.text));
  bool by_log = false;
  for (const auto& signature : opened.verified) {
    if (signature.name != origin.text) continue;
    by_log = by_log || signature.type == NoteKeyType::ed25519;
    if (!out.time) out.time = signature.time;
  }
  if (!by_log)
    return fail(Code::permission_denied,
                fmt::format("the checkpoint is not signed by a known key of the log {}", origin.text));
  out.verified = std::move(opened.verified);
  return out;
}

}  // namespace countersign::tree
