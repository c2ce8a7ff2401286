#include "apps/countersign/live_witnesses.h"

#include "ledger/store/ledger_reader.h"
#include "ledger/witness/cosignature_book.h"

#include <utility>

namespace countersign::apps {
namespace {

/// Of the checkpoints that anybody has cosigned: the newest that the policy is content with, else the newest
/// of those that most of its witnesses have.
base::Result<void> look_at_all(store::LedgerReader& ledger, witness::CosignatureBook& book,
                               const store::LogHead& log, const tree::WitnessPolicy& policy,
                               LogWitnessing& best) {
  TRY_ASSIGN(const auto sizes, book.sizes(log.name, log.size));
  for (const auto size : sizes) {
    TRY_ASSIGN(const auto row, ledger.checkpoint_covering(log, size));
    if (!row || row->size != size) continue;
    TRY_ASSIGN(const auto lines, book.lines(log.name, size));
    TRY_ASSIGN(auto count, policy.count(row->note + lines));
    if (!count.enough && count.cosigned.size() <= best.count.cosigned.size()) continue;
    best.size = size;
    best.count = std::move(count);
    if (best.count.enough) return {};
  }
  return {};
}

}  // namespace

base::Result<std::vector<LogWitnessing>> witnessed_logs(const std::filesystem::path& ledger_file,
                                                        const tree::WitnessPolicy& policy) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(ledger_file));
  TRY_ASSIGN(auto book, witness::CosignatureBook::find(ledger_file.parent_path()));
  std::vector<LogWitnessing> out;
  TRY_ASSIGN(const auto logs, ledger.logs());
  for (const auto& log : logs) {
    TRY_ASSIGN(const auto row, ledger.newest_checkpoint(log));
    if (!row || row->size == 0) continue;
    LogWitnessing one{log.name, log.size, 0, {}};
    // A quorum of none is met without.
    TRY_ASSIGN(one.count, policy.count(row->note));
    if (book) TRY(look_at_all(ledger, *book, log, policy, one));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace countersign::apps
