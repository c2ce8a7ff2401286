#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::record {

/// What goes into a record, as views that the caller keeps alive.
struct RecordParts {
  std::string_view log;
  base::Seq seq{};
  base::Digest prev;
  base::Timestamp received;
  std::string_view source;
  std::string_view proof;
  const std::vector<std::string>* redacted = nullptr;  ///< null or empty: the member is left out
  std::string_view event;  ///< the event with its tokens, as written by prepare_event
};

/// Writes a record's bytes (FORMAT.md, "Record") over `out`. The only function that does.
void write_record(const RecordParts& parts, std::string& out);

/// A record taken apart; every view points into the bytes that were read.
struct RecordView {
  std::string_view log;
  base::Seq seq{};
  base::Digest prev;
  base::Timestamp received;
  std::string_view source;
  std::string_view proof;
  std::string_view redacted;  ///< the JSON array, or empty
  std::string_view event;     ///< the JSON object
};

/// Reads a record's bytes; accepts the spelling of write_record only. data_loss where anything else stands,
/// with the byte offset. Does not look into `event`: see read_event. Allocates nothing on success.
base::Result<RecordView> read_record(std::string_view bytes);

/// RFC 6962 section 2.1 leaf hash of a record's bytes: SHA-256(0x00 || bytes). The chain's link and the
/// tree's leaf.
base::Digest record_hash(std::string_view bytes);

}  // namespace countersign::record
