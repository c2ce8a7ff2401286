#pragma once

#include "ledger/store/verify_chunk.h"
#include "ledger/tree/key_chain.h"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign::store {

/// Runs check_chunk over all chunks on several threads and hands the results out in order. At most a few
/// finished chunks wait, so memory does not grow with the ledger. One thread takes.
class VerifyWorkers {
 public:
  /// `keys`, by the log's number, outlive it.
  VerifyWorkers(std::filesystem::path file, std::vector<Chunk> chunks,
                const std::map<std::int64_t, tree::KeyChain>& keys, unsigned threads);
  ~VerifyWorkers();

  /// The next chunk's result, waited for.
  CheckedChunk take();

 private:
  void work();

  const std::filesystem::path file_;
  const std::vector<Chunk> chunks_;
  const std::map<std::int64_t, tree::KeyChain>& keys_;
  const std::size_t ahead_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, CheckedChunk> done_;  ///< guarded, as are the next three
  std::size_t next_ = 0;
  std::size_t taken_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace countersign::store
