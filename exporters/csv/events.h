#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::csv {

/// Where a table takes the personal values from that its reader may see.
class DisclosedValues {
 public:
  virtual ~DisclosedValues() = default;
  /// The value behind a token; empty where it is withheld. The view is valid until the next call.
  virtual base::Result<std::optional<std::string_view>> find(const record::TokenAt& token) = 0;
};

/// One row of the table.
struct EventRow {
  const record::RecordView* record = nullptr;
  const record::EventView* event = nullptr;
  base::Digest hash;
  base::Timestamp occurred;    ///< the event's time, read
  std::int64_t committed = 0;  ///< POSIX seconds of the first checkpoint that covers the record
};

/// Writes data/events.csv: UTF-8 without a byte order mark, RFC 4180, CR LF, one row a record, made of
/// nothing but the records, the disclosures and the times of the checkpoints, so that whoever has those can
/// write the same bytes again. A value withheld is shown as its token. One thread at a time; keep one writer
/// for each thread.
class EventsWriter {
 public:
  /// `values` may be null: everything personal is withheld.
  explicit EventsWriter(DisclosedValues* values) : values_(values) {}

  static void append_header(std::string& out);
  /// Errors: those of the values. `out` may hold a part of the row then.
  base::Result<void> append_row(std::string& out, const EventRow& row);

 private:
  base::Result<void> append_member(std::string& out, const record::EventView& event, std::size_t field);
  base::Result<void> append_attributes(std::string& out, const record::EventView& event);

  /// Writes times, and keeps the text of the second that was written last: neighbours in a log share it.
  class SecondText {
   public:
    void append(std::string& out, base::Timestamp time);

   private:
    std::int64_t second_ = INT64_MIN;
    std::string text_;
  };

  DisclosedValues* values_;
  std::string scratch_;
  SecondText received_;
  SecondText committed_;
};

}  // namespace countersign::csv
