#pragma once

#include "ledger/store/erasure.h"
#include "ledger/store/log_book.h"
#include "ledger/vault/vault_writer.h"

namespace countersign::store {

/// What Writer::erase does, between two groups. The ledger's thread only.
base::Result<ErasureResult> erase_values(const ErasureOrder& order, const RememberErasure& remember,
                                         LogBook& book, vault::VaultWriter& vault);

}  // namespace countersign::store
