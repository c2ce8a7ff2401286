#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::verify {

/// Where one record stands in the tree.
struct Inclusion {
  std::uint64_t seq = 0;
  tree::Path path;
};

/// The published checkpoint before the bundle's, and the proof that the bundle's extends it.
struct Previous {
  std::string note;
  tree::Path path;  ///< empty where the previous checkpoint is of an empty log
};

/// data/proofs.json. The run is what stands in records.jsonl with the boundary records before and behind it:
/// inclusion of its first and last record and the hashes between prove that nothing is missing.
struct Proofs {
  base::LogName log;
  std::uint64_t tree_size = 0;
  base::Digest root;
  std::optional<Inclusion> first;  ///< empty where the run is
  std::optional<Inclusion> last;
  std::optional<Previous> previous;
};

std::string format_proofs(const Proofs& proofs);

/// Reads exactly what format_proofs writes; data_loss for anything else.
base::Result<Proofs> parse_proofs(std::string_view text);

}  // namespace countersign::verify
