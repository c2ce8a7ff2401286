#pragma once

#include "ledger/base/result.h"
#include "reports/documents/store.h"

namespace countersign::documents {

/// What is wrong with something that is wished for, before anything is looked up: lengths, spellings, days.
/// invalid_argument names the member. `tidied` puts the reminders in order, the earliest first, each once.
base::Result<void> check(const NewDocument& wish);
base::Result<void> check(const DocumentChange& wish);
base::Result<void> check(const NewVersion& wish);
base::Result<void> check_reason(std::string_view reason);
std::vector<std::int64_t> tidied(std::vector<std::int64_t> remind_days);

}  // namespace countersign::documents
