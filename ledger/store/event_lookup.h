#pragma once

#include "ledger/base/result.h"
#include "ledger/record/prepare.h"
#include "ledger/store/append.h"
#include "ledger/store/schema.h"
#include "ledger/vault/keys.h"

#include <memory>
#include <optional>

namespace countersign::store {

/// Tells whether a region has a record of an event already, beside its writer and without writing: for the
/// events of tenants that were moved to another region. One thread at a time.
class EventLookup {
 public:
  /// `keys` is kept by reference. Errors of LedgerReader::open and VaultReader::open.
  static base::Result<EventLookup> open(const RegionFiles& files, const vault::VaultKeys& keys);
  ~EventLookup();
  EventLookup(EventLookup&&) noexcept;
  EventLookup& operator=(EventLookup&&) = delete;

  /// What is to be answered to an event whose (source, id) a record of its tenant has here: `duplicate` or
  /// `differing`, with that record's receipt. Absent where there is none.
  base::Result<std::optional<AppendOutcome>> find(const record::PreparedEvent& event);

 private:
  struct Impl;
  explicit EventLookup(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::store
