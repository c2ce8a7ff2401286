#include "apps/countersign/live_witnesses.h"

#include "ledger/store/ledger_reader.h"
#include "ledger/witness/cosignature_book.h"

#include <optional>
#include <utility>

namespace countersign::apps {

base::Result<std::vector<LogWitnessing>> witnessed_logs(const std::filesystem::path& ledger_file,
                                                        const tree::WitnessPolicy& policy) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(ledger_file));
  TRY_ASSIGN(auto book, witness::CosignatureBook::find(ledger_file.parent_path()));
  std::vector<LogWitnessing> out;
  TRY_ASSIGN(const auto logs, ledger.logs());
  for (const auto& log : logs) {
    TRY_ASSIGN(auto row, ledger.newest_checkpoint(log));
    if (!row || row->size == 0) continue;
    LogWitnessing one{log.name, log.size, 0, {}};
    std::optional<std::uint64_t> size;
    if (book) {
      TRY_ASSIGN(size, book->most_cosigned(log.name, 1, log.size));
    }
    std::string note = row->note;
    if (size) {
      TRY_ASSIGN(row, ledger.checkpoint_covering(log, *size));
      TRY_ASSIGN(const auto lines, book->lines(log.name, *size));
      if (row && row->size == *size) {
        note = row->note + lines;
        one.size = *size;
      }
    }
    TRY_ASSIGN(one.count, policy.count(note));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace countersign::apps
