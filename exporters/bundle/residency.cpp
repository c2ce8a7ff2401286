#include "exporters/bundle/residency.h"

#include "exporters/verify/layout.h"
#include "ledger/tree/checkpoint.h"

#include <utility>
#include <vector>

namespace countersign::bundle {
namespace {

using base::Code;
using base::fail;
namespace layout = verify::layout;

/// The system log and its newest checkpoint.
struct SystemLog {
  store::LogHead head;
  verify::SystemLogHead state;
  std::string note;
};

base::Result<std::optional<SystemLog>> find_system_log(store::LedgerReader& ledger) {
  auto head = ledger.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!head && head.error().code == Code::not_found) return std::optional<SystemLog>();
  if (!head) return fail(head.error());
  TRY_ASSIGN(auto newest, ledger.newest_checkpoint(*head));
  if (!newest || newest->size == 0) return std::optional<SystemLog>();
  TRY(ledger.read_identity_again());
  TRY_ASSIGN(const auto keys, store::key_chain_of(ledger.identity(), head->name));
  const auto opened = keys.open(newest->note);
  if (!opened) return fail("the system log's newest checkpoint does not verify", opened.error());
  if (!opened->time)
    return fail(Code::data_loss, "the system log's newest checkpoint does not state its time");
  verify::SystemLogHead state{head->name, opened->checkpoint.size, opened->checkpoint.root, *opened->time};
  return std::optional(SystemLog{std::move(*head), std::move(state), std::move(newest->note)});
}

}  // namespace

base::Result<void> write_residency(store::LedgerReader& ledger, verify::ResidencyFacts facts,
                                   Staging& staging) {
  TRY_ASSIGN(auto system, find_system_log(ledger));
  std::vector<verify::SystemRecord> records;
  if (system) {
    facts.system_log = system->state;
    std::string lines;
    TRY(ledger.read(
        system->head, 0, system->state.size, [&](base::Seq, std::string_view bytes) -> base::Result<void> {
          TRY_ASSIGN(auto record, verify::read_system_record(bytes, system->head.name, facts.tenant));
          if (!record || !verify::belongs_to(*record, facts.period)) return {};
          records.push_back(std::move(*record));
          lines.append(bytes).push_back('\n');
          return {};
        }));
    verify::ResidencyProofs proofs{std::move(system->note), {}};
    const auto nodes = ledger.nodes(system->head);
    for (const auto& record : records) {
      TRY_ASSIGN(auto path, tree::inclusion_path(record.seq, system->state.size, nodes));
      proofs.places.push_back({record.seq, std::move(path)});
    }
    TRY(staging.put(layout::kResidencyRecords, lines));
    TRY(staging.put(layout::kResidencyProofs, verify::format_residency_proofs(proofs)));
  }
  return staging.put(layout::kResidency,
                     verify::format_residency(verify::residency_of(std::move(facts), records)));
}

}  // namespace countersign::bundle
