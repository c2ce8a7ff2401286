#pragma once

#include "ledger/store/work.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace countersign::store {

/// How a vault's rotation stands; written by the ledger's thread, read by any.
struct VaultState {
  std::atomic<std::uint32_t> generation{0};  ///< of the newest keys
  std::atomic<bool> rotating{false};         ///< rows may stand under older keys
  std::atomic<bool> puts_away{false};        ///< bytes of keys that were put away may still be in the file
  std::atomic<std::uint64_t> unopened{0};    ///< rows that do not open, because of which older keys stay
  std::atomic<bool> running{false};          ///< the work below is with the writer
};

/// Work that brings a vault to one generation of keys: seals and files its rows anew, some between two
/// groups, deletes the older keys, and leaves no byte of them. Ends at once where there is nothing to do, and
/// goes on where an earlier process was cut short. A full disk and a reader that keeps the WAL are waited
/// for.
Work vault_upkeep(std::shared_ptr<VaultState> state);

}  // namespace countersign::store
