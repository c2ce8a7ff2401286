#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::store {

/// That a record stands in its log, by a checkpoint. Both were checked: the checkpoint's signatures, and that
/// the path leads from the record's hash to its root.
struct RecordProof {
  LogHead log;
  std::uint64_t seq = 0;
  base::Digest hash;  ///< of the record
  tree::Path path;
  std::uint64_t size = 0;          ///< records that the checkpoint covers
  std::string checkpoint;          ///< the C2SP signed note, verbatim
  std::int64_t time = 0;           ///< POSIX seconds, signed
  std::string log_key, clock_key;  ///< the vkeys under which the checkpoint was signed

  /// As a C2SP tlog-proof.
  std::string text() const;
};

/// By which checkpoint a record is proven.
enum class ProveBy {
  newest,  ///< the newest one
  first,   ///< the first that covers the record; it does not change when more come
};

/// Nothing where no checkpoint covers the record yet, or there is no such record. Also of a record that was
/// retired. Errors: not_found where the tenant has no log; data_loss where the checkpoint does not verify or
/// the record's hash does not lead to its root.
base::Result<std::optional<RecordProof>> prove_record(LedgerReader& ledger, const base::TenantId& tenant,
                                                      std::uint64_t seq, ProveBy by);

/// The same by the oldest checkpoint that covers the log's first `size` records, which cover the record.
base::Result<std::optional<RecordProof>> prove_record_at(LedgerReader& ledger, const base::TenantId& tenant,
                                                         std::uint64_t seq, std::uint64_t size);

}  // namespace countersign::store
