#include "exporters/verify/record_scan.h"

namespace countersign::verify {

RecordScan::RecordScan(jsonl::BlockReader reader, const RecordRules& rules, unsigned threads)
    : rules_(rules), ahead_max_(threads * 2), reader_(std::move(reader)) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

RecordScan::~RecordScan() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool RecordScan::claim(std::string& lines, std::uint64_t& number) {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return stopping_ || at_end_ || claimed_ < taken_ + ahead_max_; });
  if (stopping_ || at_end_) return false;
  const auto more = reader_.next(lines);
  if (!more) read_result_ = base::fail(more.error());
  if (!more || !*more) {
    at_end_ = true;
    changed_.notify_all();
    return false;
  }
  number = claimed_++;
  return true;
}

void RecordScan::work() {
  BlockChecker checker(rules_);
  std::string lines;
  for (std::uint64_t number = 0; claim(lines, number);) {
    auto checked = checker.check(lines);
    const std::lock_guard guard(mutex_);
    done_.emplace(number, std::move(checked));
    changed_.notify_all();
  }
}

base::Result<std::optional<CheckedBlock>> RecordScan::take() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return done_.contains(taken_) || (at_end_ && taken_ == claimed_); });
  const auto found = done_.find(taken_);
  if (found == done_.end()) {
    TRY(read_result_);
    return std::optional<CheckedBlock>();
  }
  std::optional<CheckedBlock> block(std::move(found->second));
  done_.erase(found);
  ++taken_;
  changed_.notify_all();
  return block;
}

}  // namespace countersign::verify
