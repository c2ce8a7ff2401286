#include "exporters/bundle/residency.h"

#include "exporters/bundle/proven_lines.h"
#include "exporters/verify/layout.h"
#include "ledger/store/signed_state.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace countersign::bundle {

namespace layout = verify::layout;

base::Result<void> write_residency(store::LedgerReader& ledger, verify::ResidencyFacts facts,
                                   Staging& staging) {
  TRY_ASSIGN(const auto system,
             store::newest_signed_state(ledger, base::TenantId(std::string(base::kSystemTenant))));
  std::vector<verify::SystemRecord> records;
  if (system) {
    const auto size = system->checkpoint.size;
    facts.system_log = verify::SystemLogHead{system->head.name, size, system->checkpoint.root, system->time};
    std::map<std::uint64_t, std::string> lines;
    TRY(ledger.read(system->head, 0, size, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
      TRY_ASSIGN(auto record, verify::read_system_record(bytes, system->head.name, facts.tenant));
      if (!record || !verify::belongs_to(*record, facts.period)) return {};
      records.push_back(std::move(*record));
      lines.emplace(base::index_of(seq), bytes);
      return {};
    }));
    TRY_ASSIGN(const auto proven, prove_lines(ledger, *system, lines));
    TRY(staging.put(layout::kResidencyRecords, proven.records));
    TRY(staging.put(layout::kResidencyProofs, proven.proofs));
  }
  return staging.put(layout::kResidency,
                     verify::format_residency(verify::residency_of(std::move(facts), records)));
}

}  // namespace countersign::bundle
