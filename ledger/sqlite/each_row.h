#pragma once

#include "ledger/base/result.h"
#include "ledger/sqlite/connection.h"

namespace countersign::sqlite {

/// Calls `take`, which gives a Result<void>, with each row of a statement that is bound; ends at its first
/// error.
template <class Take>
base::Result<void> each_row(Statement& rows, const Take& take) {
  for (;;) {
    TRY_ASSIGN(const bool there, rows.step());
    if (!there) return {};
    TRY(take(rows));
  }
}

}  // namespace countersign::sqlite
