#include "ledger/witness/add_checkpoint.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

namespace countersign::witness {
namespace {

constexpr std::string_view kOld = "old ";

auto malformed(std::string_view why) {
  return base::fail(base::Code::invalid_argument, fmt::format("not a request to add a checkpoint: {}", why));
}

}  // namespace

std::string format_add_checkpoint(const AddCheckpoint& request) {
  auto out = fmt::format("{}{}\n", kOld, request.old_size);
  for (const auto& hash : request.proof) out += base::to_base64(hash.view()) + "\n";
  return out + "\n" + request.checkpoint;
}

base::Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kAddCheckpointBytesMax) return malformed("it is too long");
  AddCheckpoint out;
  const auto first = tree::take_line(body);
  const auto old = first && first->starts_with(kOld)
                       ? tree::parse_decimal(first->substr(kOld.size()), tree::kTreeSizeMax)
                       : std::nullopt;
  if (!old) return malformed("its first line is not `old <size>`");
  out.old_size = *old;
  for (;;) {
    const auto line = tree::take_line(body);
    if (!line) return malformed("no empty line stands before the checkpoint");
    if (line->empty()) break;
    if (out.proof.size() == tree::kProofHashesMax) return malformed("it has more than 63 hashes");
    const auto hash = base::digest_from_base64(*line);
    if (!hash) return malformed("a line of the proof is not a hash in canonical base64");
    out.proof.push_back(*hash);
  }
  out.checkpoint = body;
  return out;
}

std::string monitoring_name(std::string_view origin) { return base::to_hex(crypto::sha256(origin).view()); }

}  // namespace countersign::witness
