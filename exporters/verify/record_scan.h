#pragma once

#include "exporters/jsonl/lines.h"
#include "exporters/verify/record_block.h"
#include "ledger/base/result.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace countersign::verify {

/// Checks the blocks of records.jsonl on several threads and hands the results out in their order. A few
/// finished blocks wait at most, so memory does not grow with the file. One thread takes.
class RecordScan {
 public:
  /// `rules` outlives the scan.
  RecordScan(jsonl::BlockReader reader, const RecordRules& rules, unsigned threads);
  ~RecordScan();
  RecordScan(const RecordScan&) = delete;
  RecordScan& operator=(const RecordScan&) = delete;

  /// The next block, waited for; empty at the end of the file. Errors: those of the reader.
  base::Result<std::optional<CheckedBlock>> take();

 private:
  void work();
  /// Reads the next block into `lines`; false where there is nothing more to do.
  bool claim(std::string& lines, std::uint64_t& number);

  const RecordRules& rules_;
  const std::uint64_t ahead_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  jsonl::BlockReader reader_;  ///< guarded, as are the next six
  base::Result<void> read_result_;
  bool at_end_ = false;
  bool stopping_ = false;
  std::uint64_t claimed_ = 0;
  std::uint64_t taken_ = 0;
  std::map<std::uint64_t, CheckedBlock> done_;
  std::vector<std::thread> threads_;
};

}  // namespace countersign::verify
