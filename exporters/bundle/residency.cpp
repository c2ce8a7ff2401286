#include "exporters/bundle/residency.h"

#include "exporters/verify/layout.h"
#include "ledger/store/signed_state.h"
#include "ledger/tree/proof.h"

#include <utility>
#include <vector>

namespace countersign::bundle {

namespace layout = verify::layout;

base::Result<void> write_residency(store::LedgerReader& ledger, verify::ResidencyFacts facts,
                                   Staging& staging) {
  TRY_ASSIGN(auto system,
             store::newest_signed_state(ledger, base::TenantId(std::string(base::kSystemTenant))));
  std::vector<verify::SystemRecord> records;
  if (system) {
    const auto size = system->checkpoint.size;
    facts.system_log = verify::SystemLogHead{system->head.name, size, system->checkpoint.root, system->time};
    std::string lines;
    TRY(ledger.read(system->head, 0, size, [&](base::Seq, std::string_view bytes) -> base::Result<void> {
      TRY_ASSIGN(auto record, verify::read_system_record(bytes, system->head.name, facts.tenant));
      if (!record || !verify::belongs_to(*record, facts.period)) return {};
      records.push_back(std::move(*record));
      lines.append(bytes).push_back('\n');
      return {};
    }));
    verify::ResidencyProofs proofs{std::move(system->note), {}};
    const auto nodes = ledger.nodes(system->head);
    for (const auto& record : records) {
      TRY_ASSIGN(auto path, tree::inclusion_path(record.seq, size, nodes));
      proofs.places.push_back({record.seq, std::move(path)});
    }
    TRY(staging.put(layout::kResidencyRecords, lines));
    TRY(staging.put(layout::kResidencyProofs, verify::format_residency_proofs(proofs)));
  }
  return staging.put(layout::kResidency,
                     verify::format_residency(verify::residency_of(std::move(facts), records)));
}

}  // namespace countersign::bundle
