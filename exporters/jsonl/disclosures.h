#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"
#include "ledger/record/token.h"

#include <string>
#include <string_view>

namespace countersign::jsonl {

/// What opens a token of a record: a line of data/disclosures.jsonl.
struct Disclosure {
  std::string token;  ///< 43 characters
  record::Kind kind = record::Kind::user;
  record::Salt salt{};
  std::string value;
};

/// Appends `{"token":"…","kind":"email","salt":"<base64url of 32 bytes>","value":"…"}`, without a line feed.
void append_disclosure(std::string& out, const Disclosure& disclosure);

/// Reads exactly what append_disclosure writes, and recomputes the token from kind, salt and value: data_loss
/// where it is another one, or the line is anything else. The message does not hold the value.
base::Result<Disclosure> read_disclosure(std::string_view line);

}  // namespace countersign::jsonl
