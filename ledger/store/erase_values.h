#pragma once

#include "ledger/store/erasure.h"
#include "ledger/store/log_book.h"
#include "ledger/vault/vault_writer.h"

namespace countersign::store {

/// Deletes the rows of an order, between two groups. leave_no_byte() has to follow, once for any number of
/// orders. The ledger's thread only.
base::Result<ErasureResult> erase_values(const ErasureOrder& order, const RememberErasure& remember,
                                         LogBook& book, vault::VaultWriter& vault);

/// Empties the WAL and scrubs the file, which reads all of it. unavailable where a reader keeps the WAL.
base::Result<void> leave_no_byte(vault::VaultWriter& vault);

}  // namespace countersign::store
