#pragma once

#include "ledger/record/event_schema.h"

#include <array>
#include <string>
#include <string_view>

namespace countersign::projection {

/// The table `events`: `place` (the key in the ledger file), log, seq, received, occurred (microseconds),
/// source and proof, then a column for each member of an event but id, time and tenant, named as below.
/// Tokens are their 43 characters.
std::string column_name(const record::EventField& field);

/// Whether a member goes into the full-text index: words, not tokens, numbers or times.
bool is_searchable_text(const record::EventField& field);

/// The SQL that makes the index.
std::string index_schema();

inline constexpr std::int64_t kIndexVersion = 6;

}  // namespace countersign::projection
