#include "ledger/store/verify_workers.h"

#include "ledger/store/ledger_reader.h"

namespace countersign::store {

VerifyWorkers::VerifyWorkers(std::filesystem::path file, std::vector<Chunk> chunks,
                             const std::map<std::int64_t, tree::KeyChain>& keys, unsigned threads)
    : file_(std::move(file)), chunks_(std::move(chunks)), keys_(keys), ahead_max_(threads * 2) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

VerifyWorkers::~VerifyWorkers() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

CheckedChunk VerifyWorkers::take() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return done_.contains(taken_); });
  auto result = std::move(done_.extract(taken_).mapped());
  ++taken_;
  changed_.notify_all();
  return result;
}

void VerifyWorkers::work() {
  auto reader = LedgerReader::open(file_);
  for (;;) {
    std::size_t mine = 0;
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard,
                    [this] { return stopping_ || next_ >= chunks_.size() || next_ < taken_ + ahead_max_; });
      if (stopping_ || next_ >= chunks_.size()) return;
      mine = next_++;
    }
    CheckedChunk result;
    if (reader) {
      result = check_chunk(*reader, chunks_[mine], keys_.at(chunks_[mine].log->number));
    } else {
      result.fault_seq = -1;
      result.fault = reader.error().message;
    }
    const std::lock_guard guard(mutex_);
    done_.emplace(mine, std::move(result));
    changed_.notify_all();
  }
}

}  // namespace countersign::store
