#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// C2SP tlog-proof (draft, `@v1`): a record's place in a log as one text that stands for itself, to be kept
/// beside the record. All functions are pure and thread-safe.
struct TlogProof {
  std::optional<std::vector<std::uint8_t>> extra = std::nullopt;  ///< data of the writer, not authenticated
  std::uint64_t index = 0;
  Path path;
  std::string checkpoint;  ///< the signed note, verbatim
};

/// Writes the text. `proof.checkpoint` is a signed note.
std::string format_tlog_proof(const TlogProof& proof);

/// Reads exactly what format_tlog_proof writes; the checkpoint is taken as it is. invalid_argument for
/// anything else, more than kProofHashesMax hashes included.
base::Result<TlogProof> parse_tlog_proof(std::string_view text);

/// Checks that `leaf` stands at `proof.index` in the log `origin`: first the checkpoint as open_checkpoint
/// does, then the inclusion. Gives the checkpoint. Whether its time and its witnesses suffice is for the
/// caller to say.
base::Result<OpenedCheckpoint> verify_tlog_proof(const TlogProof& proof, const base::Digest& leaf,
                                                 const base::LogName& origin,
                                                 std::span<const NoteVerifier> verifiers);

}  // namespace countersign::tree
