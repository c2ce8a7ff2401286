#include "ledger/tree/tlog_proof.h"

#include "ledger/base/encoding.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

namespace countersign::tree {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

auto malformed(std::string_view why) {
  return fail(Code::invalid_argument, fmt::format("not a tlog-proof: {}", why));
}

}  // namespace

std::string format_tlog_proof(const TlogProof& proof) {
  auto text = fmt::format("{}\n", kFirstLine);
  if (proof.extra) text += fmt::format("{}{}\n", kExtra, base::to_base64(*proof.extra));
  text += fmt::format("{}{}\n", kIndex, proof.index);
  for (const auto& hash : proof.path) text += base::to_base64(hash.view()) + '\n';
  return text + '\n' + proof.checkpoint;
}

Result<TlogProof> parse_tlog_proof(std::string_view text) {
  TlogProof proof;
  if (take_line(text) != kFirstLine) return malformed(fmt::format("its first line is not {}", kFirstLine));
  auto line = take_line(text);
  if (line && line->starts_with(kExtra)) {
    auto extra = base::from_base64(line->substr(kExtra.size()));
    if (!extra) return malformed("its extra data is not in canonical base64");
    proof.extra = std::move(*extra);
    line = take_line(text);
  }
  if (!line || !line->starts_with(kIndex)) return malformed("it has no line with the index");
  const auto index = parse_decimal(line->substr(kIndex.size()), kTreeSizeMax);
  if (!index) return malformed("its index is not a decimal number below 2^63 without leading zeros");
  proof.index = *index;
  for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
    if (proof.path.size() == kProofHashesMax)
      return malformed(fmt::format("it has more than {} hashes", kProofHashesMax));
    const auto hash = base::digest_from_base64(*line);
    if (!hash) return malformed("a hash is not 32 bytes in canonical base64");
    proof.path.push_back(*hash);
  }
  if (!line) return malformed("no empty line stands before the checkpoint");
  proof.checkpoint = text;
  return proof;
}

Result<OpenedCheckpoint> verify_tlog_proof(const TlogProof& proof, const base::Digest& leaf,
                                           const base::LogName& origin,
                                           std::span<const NoteVerifier> verifiers) {
  TRY_ASSIGN(auto opened, open_checkpoint(proof.checkpoint, origin, verifiers));
  TRY(verify_inclusion(proof.index, opened.checkpoint.size, leaf, proof.path, opened.checkpoint.root));
  return opened;
}

}  // namespace countersign::tree
