#pragma once

#include "exporters/verify/vendor.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace countersign::bundle {

/// The records of a region's system log that tell of documents and of a questionnaire, as they go into a
/// bundle. Reads the log from its beginning, and at each look what has come since. One thread.
class VendorRecords {
 public:
  /// `ledger`, of the vendor's home region, outlives it.
  VendorRecords(store::LedgerReader& ledger, verify::VendorScope scope)
      : ledger_(ledger), scope_(std::move(scope)) {}

  /// Reads what a checkpoint covers by now. failed_precondition, with what is missing, where the records do
  /// not say all that is stated: it may come with the next checkpoint. data_loss where the log does not read,
  /// or its checkpoint does not verify.
  base::Result<void> look();

  /// What stands in the bundle of a tenant in `region`: statements, records, proofs and, of another region
  /// than this, its keys; by path. After a look that found all.
  base::Result<std::map<std::string, std::string, std::less<>>> files(const base::RegionId& region);

 private:
  store::LedgerReader& ledger_;
  verify::VendorScope scope_;
  std::uint64_t next_ = 0;                        ///< the first record that was not looked at
  std::map<std::uint64_t, std::string> records_;  ///< by number
  std::vector<verify::VendorRecord> read_;
};

}  // namespace countersign::bundle
