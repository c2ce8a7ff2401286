#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/signed_state.h"

#include <cstdint>
#include <map>
#include <string>

namespace countersign::bundle {

/// Records of a log as a bundle holds them: one a line, and what proves that each stands in it.
struct ProvenLines {
  std::string records, proofs;
};

/// Of records by their numbers, all of which `state` covers. Errors are those of reading the tree.
base::Result<ProvenLines> prove_lines(store::LedgerReader& ledger, const store::SignedState& state,
                                      const std::map<std::uint64_t, std::string>& records);

}  // namespace countersign::bundle
