#pragma once

#include "ledger/base/result.h"
#include "ledger/projection/event_counts.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::projection {

/// Takes records that were retired out of the index: their rows, their words, and their part in when a source
/// was heard and in how many events there are. Index's; within its transactions. One thread.
class RetiredRecords {
 public:
  static base::Result<RetiredRecords> prepare(sqlite::Connection& index);

  /// Whether the ledger has retired more than the index has forgotten.
  base::Result<bool> is_behind(store::LedgerReader& ledger);
  /// Forgets the next part; how many records went, or nothing where none is left.
  base::Result<std::optional<std::uint64_t>> forget_next(store::LedgerReader& ledger);

 private:
  RetiredRecords(sqlite::Statement count, sqlite::Statement known, sqlite::Statement note,
                 sqlite::Statement event, sqlite::Statement remove, sqlite::Statement remove_words,
                 sqlite::Statement unheard, sqlite::Statement remove_heard, EventCounts counts)
      : count_(std::move(count)),
        known_(std::move(known)),
        note_(std::move(note)),
        event_(std::move(event)),
        remove_(std::move(remove)),
        remove_words_(std::move(remove_words)),
        unheard_(std::move(unheard)),
        remove_heard_(std::move(remove_heard)),
        counts_(std::move(counts)) {}
  base::Result<bool> forget(std::int64_t place);

  sqlite::Statement count_, known_, note_, event_, remove_, remove_words_, unheard_, remove_heard_;
  EventCounts counts_;
  std::string words_;
};

}  // namespace countersign::projection
