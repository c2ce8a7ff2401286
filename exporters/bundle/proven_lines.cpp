#include "exporters/bundle/proven_lines.h"

#include "exporters/verify/residency.h"
#include "ledger/tree/proof.h"

#include <utility>

namespace countersign::bundle {

base::Result<ProvenLines> prove_lines(store::LedgerReader& ledger, const store::SignedState& state,
                                      const std::map<std::uint64_t, std::string>& records) {
  const auto nodes = ledger.nodes(state.head);
  verify::ResidencyProofs proofs{state.note, {}};
  ProvenLines out;
  for (const auto& [seq, bytes] : records) {
    TRY_ASSIGN(auto path, tree::inclusion_path(seq, state.checkpoint.size, nodes));
    proofs.places.push_back({seq, std::move(path)});
    out.records.append(bytes).push_back('\n');
  }
  out.proofs = verify::format_residency_proofs(proofs);
  return out;
}

}  // namespace countersign::bundle
