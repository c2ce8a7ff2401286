#pragma once

#include "ledger/base/result.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/store.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace countersign::store {

/// The sum of key_part() over the idempotency rows of the records that `logs` have; rows of records that came
/// since are passed over. Reads piece by piece, each in a transaction of its own, so that a writer beside it
/// can empty its WAL meanwhile: the rows of records that are there do not change. `go_on` is asked before
/// each piece, and its error is passed on.
base::Result<std::uint64_t> sum_of_keys(sqlite::Connection& ledger, const std::vector<LogHead>& logs,
                                        const std::function<base::Result<void>()>& go_on);

}  // namespace countersign::store
