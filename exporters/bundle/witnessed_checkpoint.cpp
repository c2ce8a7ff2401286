#include "exporters/bundle/witnessed_checkpoint.h"

#include "exporters/bundle/retired_lines.h"

#include <algorithm>
#include <utility>

namespace countersign::bundle {

base::Result<std::string> most_witnessed(store::LedgerReader& ledger, const store::LogHead& log,
                                         base::Timestamp to, store::CheckpointRow newest,
                                         witness::CosignatureBook* book) {
  if (book == nullptr || newest.size == 0) return std::move(newest.note);
  TRY_ASSIGN(auto end, ledger.first_received(log, to, newest.size, store::LedgerReader::Unsure::latest));
  TRY_ASSIGN(const auto sealed, ledger.sealed(log));
  // A record that is gone tells no time, so it is no boundary.
  while (end < newest.size && retired_part(sealed, end) != nullptr) ++end;
  TRY_ASSIGN(const auto chosen, book->most_cosigned(log.name, std::min(end + 1, newest.size), newest.size));
  if (!chosen) return std::move(newest.note);
  TRY_ASSIGN(auto row, ledger.checkpoint_covering(log, *chosen));
  // A book of another copy of the ledger.
  if (!row || row->size != *chosen) return std::move(newest.note);
  TRY_ASSIGN(const auto lines, book->lines(log.name, *chosen));
  return row->note + lines;
}

}  // namespace countersign::bundle
