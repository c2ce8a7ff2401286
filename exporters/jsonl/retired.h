#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::jsonl {

/// A line of data/retired.jsonl: records that the log no longer keeps, of one time of keeping, within a range
/// of sequence numbers. Their number and root bind it to the log; the rest is the operator's word.
struct RetiredPart {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  ///< behind the last
  std::uint64_t part = 0;
  std::vector<std::string> types;
  std::uint64_t records = 0;
  base::Digest root;  ///< RFC 6962, over the record hashes of the part, in order
  base::Timestamp first_received;
  base::Timestamp last_received;
  base::Timestamp retired;
  std::string rule;
  std::string keep;

  bool operator==(const RetiredPart&) const = default;
};

/// Appends one JSON object with the members in the order above, without a line feed.
void append_retired_part(std::string& out, const RetiredPart& part);
/// Reads exactly what append_retired_part writes; data_loss for anything else.
base::Result<RetiredPart> read_retired_part(std::string_view line);

/// A line of data/records.jsonl or data/boundary.jsonl for a record that was retired.
struct RetiredRecord {
  std::uint64_t seq = 0;
  std::uint64_t part = 0;
  base::Digest hash;
};

/// Appends `{"retired":{"seq":N,"part":N,"hash":"<base64>"}}`, without a line feed.
void append_retired_record(std::string& out, const RetiredRecord& record);
base::Result<RetiredRecord> read_retired_record(std::string_view line);
inline bool is_retired_record(std::string_view line) { return line.starts_with("{\"retired\":{"); }

/// `1,000 records of login.failed … were retired on … under the rule …, which keeps …`
std::string to_sentence(const RetiredPart& part);

}  // namespace countersign::jsonl
