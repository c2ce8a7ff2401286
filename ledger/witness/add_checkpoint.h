#pragma once

#include "ledger/base/result.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::witness {

/// The body of a request for a cosignature (C2SP tlog-witness, add-checkpoint): a line `old <size>`, the
/// hashes of a consistency proof in base64, one a line, an empty line, and the checkpoint.
struct AddCheckpoint {
  std::uint64_t old_size = 0;  ///< what the witness is thought to have cosigned last
  tree::Path proof;            ///< from there to the checkpoint; empty where old_size is 0 or the same
  std::string checkpoint;      ///< signed note, verbatim
};

/// More than any request can need: 63 hashes and a note with many signatures.
inline constexpr std::size_t kAddCheckpointBytesMax = 64 << 10;

std::string format_add_checkpoint(const AddCheckpoint& request);
/// Reads exactly what format_add_checkpoint writes; the checkpoint is taken as it is. invalid_argument for
/// anything else, more than tree::kProofHashesMax hashes included. Pure and thread-safe, as both are.
base::Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

/// `<lower-case hexadecimal SHA-256 of the origin>`: under what name a witness tells of a log.
std::string monitoring_name(std::string_view origin);

}  // namespace countersign::witness
