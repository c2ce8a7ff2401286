#pragma once

#include "exporters/bundle/disclosure_book.h"
#include "exporters/bundle/staging.h"
#include "exporters/jsonl/checkpoints.h"
#include "exporters/jsonl/filter.h"
#include "exporters/jsonl/totals.h"
#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace countersign::bundle {

/// Called now and then with the records done and the records there are, from the thread that called the
/// export.
using ProgressFn = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// What is to be written of a log.
struct RunPlan {
  const store::LogHead* log = nullptr;
  base::TenantId tenant;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  ///< behind the last
  const jsonl::Filter* filter = nullptr;
  const jsonl::CommitTimes* commits = nullptr;
  vault::VaultReader* vault = nullptr;  ///< null: personal values are withheld
  const Opening* opening = nullptr;     ///< what of the vault is shown, where it is there
  bool withhold_all = false;            ///< no record is shown
  const std::vector<store::SegmentRange>* sealed = nullptr;  ///< of the log, in order
};

struct RunFiles {
  StagedFile* records = nullptr;
  StagedFile* events = nullptr;
  StagedFile* values = nullptr;  ///< disclosures or masks
};

struct RunCounts {
  std::uint64_t lines = 0;        ///< of disclosures or masks
  std::uint64_t also_opened = 0;  ///< records that the scope does not name and that hold a value it opens
};

/// Writes the records of the plan into records.jsonl, events.csv and the file of values and counts them.
/// Three threads work one behind the other, on pieces of about a quarter of a megabyte: this one reads, one
/// makes the table, one hashes and writes. data_loss where a record does not read.
base::Result<RunCounts> write_run(store::LedgerReader& ledger, const RunPlan& plan, const RunFiles& files,
                                  jsonl::Totals& totals, const ProgressFn& progress);

}  // namespace countersign::bundle
