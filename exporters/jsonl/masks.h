#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"

#include <string>
#include <string_view>

namespace countersign::jsonl {

/// What is shown of the value behind a token: a line of data/masked.jsonl. Nothing ties it to the token: it
/// is the operator's word.
struct Mask {
  std::string token;  ///< 43 characters
  record::Kind kind = record::Kind::user;
  std::string masked;  ///< as record::masked() writes it
};

/// Appends `{"token":"…","kind":"email","masked":"a•••@example.com"}`, without a line feed.
void append_mask(std::string& out, const Mask& mask);

/// Reads exactly what append_mask writes; data_loss for anything else, and for a text that has not the form
/// of a mask of its kind, because it could be a value. The message does not hold it.
base::Result<Mask> read_mask(std::string_view line);

}  // namespace countersign::jsonl
