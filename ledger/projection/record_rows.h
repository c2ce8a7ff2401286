#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/projection/event_counts.h"
#include "ledger/projection/heard.h"
#include "ledger/projection/lives.h"
#include "ledger/record/event_schema.h"
#include "ledger/sqlite/connection.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::projection {

/// Writes records into the tables of index_schema(): what is derived from records is derived here, for the
/// appliance's index and for whoever has nothing but a bundle. In the caller's transaction; one thread.
class RecordRows {
 public:
  static base::Result<RecordRows> prepare(sqlite::Connection& index);

  /// Adds a record, verbatim, of the log of that number; `place` is the row's key. By
  /// ascending number within a log. data_loss where it is no record.
  base::Result<void> add(std::int64_t log, std::int64_t place, std::string_view record);
  /// Of the record that was added last: its words, when it was received, and what it is counted by, which is
  /// valid until the next one is added.
  const std::string& words() const { return words_; }
  base::Timestamp received() const { return received_; }
  CountedValues counted() const;

  /// Writes what is summed up over records; before the transaction's commit.
  base::Result<void> flush() { return heard_.flush(); }

 private:
  RecordRows(sqlite::Statement insert, ChallengeLives lives, SourcesHeard heard)
      : insert_(std::move(insert)), lives_(std::move(lives)), heard_(std::move(heard)) {}

  sqlite::Statement insert_;
  ChallengeLives lives_;
  SourcesHeard heard_;
  std::array<std::string, record::kEventFieldCount> texts_;
  std::string words_, source_;
  base::Timestamp received_;
};

}  // namespace countersign::projection
