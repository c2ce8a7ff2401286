#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/witness/cosignature_book.h"

#include <string>

namespace countersign::bundle {

/// The note for a bundle of a period that ends at `to`: of the checkpoints that prove the period as well as
/// the newest does, because they cover a record from behind it, the one that most witnesses have cosigned,
/// with their cosignatures; the newest, where there is none. `book` may be null. Errors as of reading both.
base::Result<std::string> most_witnessed(store::LedgerReader& ledger, const store::LogHead& log,
                                         base::Timestamp to, store::CheckpointRow newest,
                                         witness::CosignatureBook* book);

}  // namespace countersign::bundle
