#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/checkpoint.h"

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::store {

/// A log with its newest checkpoint, of which the signatures were checked.
struct SignedState {
  LogHead head;
  std::string note;  ///< the C2SP signed note, verbatim
  tree::Checkpoint checkpoint;
  std::int64_t time = 0;  ///< POSIX seconds, signed
};

/// Nothing where the tenant has no log here, or no checkpoint covers a record of it yet. data_loss where the
/// checkpoint does not verify or states no time.
base::Result<std::optional<SignedState>> newest_signed_state(LedgerReader& ledger,
                                                             const base::TenantId& tenant);
/// The same with the oldest checkpoint that covers the first `size` records, so that it does not change when
/// more come; nothing where none covers them yet.
base::Result<std::optional<SignedState>> signed_state_covering(LedgerReader& ledger,
                                                               const base::TenantId& tenant,
                                                               std::uint64_t size);

}  // namespace countersign::store
